"""What a credential says was achieved: a badge class and its issuer, as they were when somebody was awarded it.

Here belong the value and its canonical JSON, by whose digest it is named. Which rows it comes from and where it is kept
stands in `desk.credentials`; how a credential words it, in `credential` and `hosted`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property


@dataclass(frozen=True)
class Picture:
    """A stored image, named by the SHA-256 of its bytes."""

    digest: str
    media_type: str


@dataclass(frozen=True)
class Profile:
    """An issuer (Open Badges 3.0 Profile)."""

    id: str
    name: str
    website: str | None
    email: str
    logo: Picture | None


@dataclass(frozen=True)
class Achieved:
    """A badge class and its issuer. All of it is signed, so nothing here may change once it was attested."""

    issuer: Profile
    badge_class_id: str
    name: str
    description: str
    criteria: str
    """Text, or the web address of a page that tells them."""
    image: Picture
    caption: str | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `to_json`, in hexadecimal: what this achievement is called."""
        return hashlib.sha256(self.to_json().encode("utf-8")).hexdigest()

    @property
    def criteria_url(self) -> str | None:
        """The page that tells the criteria; None if they are told here."""
        return self.criteria if is_web_address(self.criteria) else None

    @property
    def narrative(self) -> str:
        """The criteria in words. The standard wants some, so a badge without any is described instead."""
        return self.criteria or self.description or self.name

    def to_json(self) -> str:
        """Return the same text for the same content, whoever writes it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Achieved":
        """Return what `to_json` wrote."""
        values = json.loads(text)
        issuer, image = values.pop("issuer"), values.pop("image")
        logo = issuer.pop("logo")
        profile = Profile(**issuer, logo=Picture(**logo) if logo else None)
        return cls(**values, issuer=profile, image=Picture(**image))


def is_web_address(text: str) -> bool:
    """Tell whether a link may lead there: nothing but http and https, whoever wrote it."""
    return text.startswith(("https://", "http://")) and not any(map(str.isspace, text))
