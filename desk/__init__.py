"""Use cases. One function is one act is one transaction, whoever calls it: mail, page, API or command line."""
