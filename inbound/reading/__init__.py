"""From the parts of a mail to the text that rules may judge: the body's text, and who wrote which line of it."""
