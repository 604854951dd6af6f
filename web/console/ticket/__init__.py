"""The page of one ticket: reading it, deciding on it, answering it. Every act is one of `desk.requests`."""
