"""What becomes of a request that came by mail: acts, tickets, proposals, answers. Console and API use the same."""
