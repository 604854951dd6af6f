"""Where credentials and what they refer to are found. These URLs stand in signed credentials: they never change.

Here belong the paths alone. What is answered at them stands in `web.openbadges`.
"""

from badges.images import path_of_image
from badges.openbadges.achievement import Picture


class Places:
    """The URLs under one base, which has no slash at its end."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url

    def credential(self, credential_id: str) -> str:
        """Return where a credential is: its id."""
        return f"{self._base}/credentials/{credential_id}"

    def newest(self, credential_id: str) -> str:
        """Return where whatever took the place of a credential is, or the credential itself."""
        return f"{self._base}/credentials/{credential_id}/newest"

    def issuer(self, issuer_id: str) -> str:
        """Return where an issuer's profile is: its id."""
        return f"{self._base}/issuers/{issuer_id}.json"

    def achievement(self, digest: str) -> str:
        """Return where an achievement is, in the words of that time: its id."""
        return f"{self._base}/achievements/{digest}"

    def status_list(self, issuer_id: str, number: int) -> str:
        """Return where an issuer's status list is, counted from 0."""
        return f"{self._base}/status/{issuer_id}/{number}"

    def key(self, key_id: str) -> str:
        """Return where a public key is."""
        return f"{self._base}/keys/{key_id}"

    def image(self, picture: Picture) -> str:
        """Return where a stored image is."""
        return self._base + path_of_image(picture.digest, picture.media_type)

    def badge_page(self, assertion_id: str) -> str:
        """Return where people see an award."""
        return f"{self._base}/badges/{assertion_id}"

    def assertion(self, credential_id: str) -> str:
        """Return where the Open Badges 2.0 assertion is that says what a credential says."""
        return f"{self._base}/ob2/assertions/{credential_id}"

    def badge_class(self, digest: str) -> str:
        """Return where the Open Badges 2.0 badge class is that says what an achievement says."""
        return f"{self._base}/ob2/badges/{digest}"

    def issuer_2(self, issuer_id: str) -> str:
        """Return where an issuer's Open Badges 2.0 profile is."""
        return f"{self._base}/ob2/issuers/{issuer_id}"
