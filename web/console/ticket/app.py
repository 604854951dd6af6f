"""Which parts the page of a ticket has."""

from web.console.ticket import acts, arranging, composing, deciding, mail, page

TICKET_PARTS = (page, mail, acts, deciding, composing, arranging)
