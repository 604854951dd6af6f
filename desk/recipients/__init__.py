"""What an issuer sees of what it has sent, and what it may do about it: recipients, bounces, requests of earners."""
