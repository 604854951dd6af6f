"""A stranger's mail made fit to be looked at: its words, its HTML without anything that acts, its attachments."""
