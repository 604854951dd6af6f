"""Badge classes of an issuer: made, changed, retired; what was attested stays."""

from io import BytesIO

from PIL import Image

from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House

BADGES = f"/console/issuers/{OURS}/badges"


def picture(width: int = 90, height: int = 60, kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, height), (20, 120, 90)).save(buffer, kind)
    return buffer.getvalue()


def test_a_badge_is_made_with_a_picture_cut_to_a_square(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    assert "New badge" in inside.get(BADGES).text
    file = {"image": ("x.png", picture(), "image/png")}
    made = inside.post(
        f"/console/issuers/{OURS}/new-badge", file, name="Brückenprüfung <b>", picture="upload", square="1"
    )
    assert made.headers["location"] == f"{BADGES}/{OURS}-bruckenprufung-b?said=made"
    page = inside.get(made.headers["location"])
    assert "Brückenprüfung &lt;b&gt;" in page.text
    size = house.one(
        "SELECT width || 'x' || height FROM image JOIN badge_class ON digest = image_digest WHERE slug = :s",
        s=f"{OURS}-bruckenprufung-b",
    )
    assert size == "60x60"
    assert house.one("SELECT count(*) FROM audit_event WHERE act = 'badge_created'") == 1
