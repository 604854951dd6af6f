"""One module a figure: which variants it needs, and what its goals are."""
