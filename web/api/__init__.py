"""The REST API under /api/v1: the same acts as the console, for other systems."""
