"""The listener: mail on a socket (SMTP or LMTP) becomes an `Arrival`, and 250 is said once that is committed.

Here belongs what the protocol asks for. Nothing reads what is in a mail; committing is `inbound.store`'s.
"""
