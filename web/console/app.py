"""Which parts the console has. Put into the application by `web.app`."""

from web.console import (
    badge_classes,
    bounces,
    branding,
    home,
    invitation,
    live,
    login,
    recipient,
    recipient_acts,
    recipients,
    rules,
    rules_edit,
    second_factor,
    tickets,
    wishes,
)
from web.console.ticket.app import TICKET_PARTS

PARTS = (
    home,
    login,
    second_factor,
    invitation,
    live,
    rules,
    rules_edit,
    badge_classes,
    branding,
    recipients,
    recipient,
    recipient_acts,
    bounces,
    wishes,
    tickets,
    *TICKET_PARTS,
)
"""Every module with pages of the console. Routes are tried in turn: fixed paths stand before those with a parameter."""
