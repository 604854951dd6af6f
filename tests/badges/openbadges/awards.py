"""An award to make credentials of."""

from datetime import UTC, date, datetime
from typing import Any

from badges.openbadges.achievement import Achieved, Picture, Profile
from badges.openbadges.credential import Attested

BASE = "https://badges.example"

ISSUER = Profile(
    "issuer2345",
    "Fjellvik Mountain School",
    "https://www.fjellvik.example/",
    "office@fjellvik.example",
    Picture("1" * 64, "image/png"),
)
ACHIEVED = Achieved(
    ISSUER,
    "badge2345",
    "Mountain First Aid",
    "First aid far from the road.",
    "A written exam and two days outdoors.",
    Picture("2" * 64, "image/jpeg"),
    "Badge: Mountain First Aid",
)


def attest(**changes: Any) -> Attested:
    """Return an award of ours with some of its values changed."""
    values: dict[str, Any] = {
        "credential_id": "credential234567",
        "assertion_id": "credential234567",
        "status_index": 131_072 + 7,
        "earner_name": "نور حداد",
        "address": "noor@mail.example",
        "salt": "0f" * 16,
        "issued_on": date(2026, 2, 28),
        "expires_on": date(2028, 2, 29),
        "evidence_url": None,
        "narrative": None,
        "attested_at": datetime(2026, 3, 1, tzinfo=UTC),
        "achieved": ACHIEVED,
    }
    return Attested(**(values | changes))
