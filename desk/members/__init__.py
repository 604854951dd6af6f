"""The people who work in the console: log-in, roles, invitations, sessions, audit. No HTTP."""
