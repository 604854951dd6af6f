"""Which parts the page of a ticket has."""

from web.console.ticket import acts, page

TICKET_PARTS = (page, acts)
