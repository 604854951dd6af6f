"""The console: pages for issuers, support staff and administrators. A handler calls one act and shows its result."""
