"""Rosters on their way to being issued: uploaded, mapped, checked, previewed."""
