"""Which parts the console has. Put into the application by `web.app`."""

from web.console import (
    access,
    badge_classes,
    bounces,
    branding,
    home,
    invitation,
    issuer_people,
    issuer_settings,
    live,
    login,
    new_issuer,
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
    issuer_settings,
    issuer_people,
    new_issuer,
    recipients,
    recipient,
    recipient_acts,
    bounces,
    wishes,
    access,
    tickets,
    *TICKET_PARTS,
)
"""Every module with pages of the console. Routes are tried in turn: fixed paths stand before those with a parameter."""
