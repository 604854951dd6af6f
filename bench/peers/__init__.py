"""Other people's ways to do the same, each used as its own documentation shows it and given the same content."""
