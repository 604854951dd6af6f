"""From a socket to an act: what issuers, earners and mail systems write to us."""
