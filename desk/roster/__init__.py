"""Rosters: a file that an issuer hands in, read into rows of people to award a badge to, or into reasons why not.

Pure but for one scratch file: a seekable stream goes in, values come out. What is done with the rows (earners,
awards, messages) stands in `desk.issue`. Start at `reading.read_roster`; `rows` names what comes out.
"""
