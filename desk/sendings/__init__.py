"""Batches of one issuer, as its managers see and steer them. What becomes of a single mail stands in `mailer.queue`."""
