"""What the links in the mails open."""
