"""Names and addresses in a text: where they stand, whose they are, which are new. Pure.

Start at `inbound.understanding.finding`. The words that it goes by stand in one YAML file a language, in this folder.
"""
