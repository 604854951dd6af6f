"""Open Badges 3.0 credentials and 2.0 hosted assertions: what they say, how they are signed, baked and revoked."""
