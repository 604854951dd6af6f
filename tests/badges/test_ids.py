"""Identifiers: their form, and that they tell nothing."""

import re
from collections import Counter

from badges.ids import ID_LENGTH, make_id


def test_the_form_survives_mail_systems_and_telephones() -> None:
    assert all(re.fullmatch(rf"[a-z2-7]{{{ID_LENGTH}}}", make_id()) for _ in range(1000))


def test_every_place_takes_every_letter() -> None:
    ids = [make_id() for _ in range(4000)]
    assert len(set(ids)) == 4000
    for place in range(ID_LENGTH):
        counts = Counter(made[place] for made in ids)
        assert len(counts) == 32
        # 125 of each are to be expected; six standard deviations of that are 66.
        assert all(59 <= count <= 191 for count in counts.values())
