"""What looks wrong with a roster before it is issued to."""

import io
from datetime import date

from desk.roster.reading import Roster, read_roster
from desk.roster.suspicions import suspect_rows
from mailer.lint.mail import Origin

ROSTER = """name;email
Ann Berg;ann@gmial.com
Bob Carter;info@corp.education
Bob Carter;INFO@corp.education
Cid Duran;nothing
Dora Ek;dora@mail.example
Eva Fink;eva@corp.education
"""


def test_each_suspicion_names_its_lines() -> None:
    roster = read_roster(io.BytesIO(ROSTER.encode()), "roster.csv", date(2026, 11, 23))
    assert isinstance(roster, Roster)
    findings = suspect_rows(roster.rows(), Origin("https://badges.northwind.education", "northwind.education"))
    assert [(finding.code, finding.where) for finding in findings] == [
        ("roster-row", "line 5: nothing"),
        ("address-typo", "line 2: ann@gmial.com"),
        ("address-role", "line 3: info@corp.education"),
        ("address-duplicate", "line 4: as in line 3"),
        ("address-reserved", "line 6: dora@mail.example"),
    ]
