"""`badgepost doctor`: whether mail will arrive, told before a batch is ruined. docs/doctor.md lists every check.

Each module holds the checks of one subject. `checks` names them all, `running` runs them side by side, `showing` prints
what came of them, `gate` keeps a batch from leaving. None changes anything, but for `bounce_loop`, which hands a report
about nobody to our own listener.
"""
