"""From a mail that was read and a sender that was checked to the facts, and to what is to be done. Pure."""
