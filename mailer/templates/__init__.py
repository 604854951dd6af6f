"""From template sources to a published template: compiled once, filled for each recipient."""
