"""Which parts the console has. Put into the application by `web.app`."""

from web.console import home, live, rules, rules_edit

PARTS = (home, live, rules, rules_edit)
"""Every module with pages of the console. Routes are tried in turn: fixed paths stand before those with a parameter."""
