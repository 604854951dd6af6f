"""A fresh award before judges that are not ours: openbadgeslib goes by what it fetches from the running service."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime

from jwt import PyJWK, get_unverified_header
from openbadgeslib.ob2 import OB2Verifier
from openbadgeslib.ob3 import OB3Verifier, OpenBadgeCredential

from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from tests.web.house import House

ADDRESS = "noor@mail.example"


@dataclass
class Award:
    """A fresh award, as strangers come by it."""

    house: House
    id: str

    @property
    def png(self) -> bytes:
        return self.house.get(f"/badges/{self.id}/badge.png").content

    @property
    def token(self) -> str:
        return OB3Verifier.extract_token_from_png(self.png)

    def fetch(self, url: str) -> bytes:
        assert url.startswith(f"{self.house.base_url}/")
        return self.house.get(url).raise_for_status().content

    def verify(self, token: str) -> OpenBadgeCredential:
        """Have openbadgeslib judge a credential with the key that it names."""
        key = PyJWK.from_json(self.fetch(get_unverified_header(token)["kid"]).decode())
        return OB3Verifier(key.key).verify(token, check_status=True, download=self.fetch)

    def verify_2(self) -> object:
        """Have it judge the 2.0 assertion that is baked into the same picture."""
        document = OB2Verifier.extract_token_from_png(self.png)
        return OB2Verifier(download=self.fetch).verify_hosted(document, expected_recipient=ADDRESS)

    def mark(self, change: str) -> None:
        self.house.change(f"UPDATE assertion SET {change} WHERE id = :id", id=self.id)


def issue_award(house: House) -> str:
    """Issue a badge to Noor; return the award's id. Judges go by the machine's clock, so the service does, too."""
    house.clock.now = datetime.now(UTC)
    row = f"{ADDRESS},Noor Haddad,https://work.example/noor?a=1#led,“Led” a <rescue>"
    roster = io.BytesIO(f"email,name,evidence,narrative\n{row}".encode())
    badge = str(house.one("SELECT slug FROM badge_class ORDER BY slug LIMIT 1"))
    issued = issue_roster(house.service.office, IssueOrder(badge, roster, "noor.csv"), house.clock())
    assert isinstance(issued, Issued)
    return house.award_of(ADDRESS)
