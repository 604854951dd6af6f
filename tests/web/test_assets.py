"""Style sheet, script, icon, and issuers' colours."""

import gzip
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from badges.branding import NIGHT, WHITE, Color, measure_contrast, parse_color
from web.assets import Assets

STATIC = Path(__file__).parents[2] / "templates" / "pages" / "static"


def test_the_style_sheet_stays_small_and_fetches_nothing() -> None:
    sheet = (STATIC / "pages.css").read_text(encoding="utf-8")
    assert len(gzip.compress(sheet.encode(), 9)) < 6 * 1024
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_addresses_hold_a_digest_and_lead_to_the_file() -> None:
    assets = Assets(STATIC, "/under")
    url = assets.url_of("pages.css")
    assert re.fullmatch(r"/under/assets/pages\.[0-9a-f]{12}\.css", url)
    found = assets.find(url.rpartition("/")[2])
    assert found is not None
    assert found.content == (STATIC / "pages.css").read_bytes()
    assert found.media_type == "text/css"


def test_a_file_is_packed_for_those_who_take_it() -> None:
    assets = Assets(STATIC, "")
    asset = assets.find(assets.url_of("pages.css").rpartition("/")[2])
    assert asset is not None
    for accepted in ("gzip", "br, GZIP;q=0.5", "deflate,x-gzip", "gzip; q=1.0"):
        content, headers = asset.choose(accepted)
        assert headers == {"vary": "Accept-Encoding", "content-encoding": "gzip"}
        assert gzip.decompress(content) == asset.content
        assert len(content) < len(asset.content) / 2
    for accepted in ("", "br", "gzip;q=0", "gzip; q=0.000", "gzipped", "," * 10_000 + "gzip"):
        assert asset.choose(accepted) == (asset.content, {"vary": "Accept-Encoding"})


def test_other_names_lead_nowhere() -> None:
    assets = Assets(STATIC, "")
    for name in ("pages.css", "pages.000000000000.css", "brand-xyz.css", "brand-#1f4e79.css", "../pages.css", ""):
        assert assets.find(name) is None


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_every_colour_gives_readable_text_and_links(red: int, green: int, blue: int) -> None:
    color = Color(red, green, blue)
    found = Assets(STATIC, "").find(Assets(STATIC, "").url_of_brand(str(color)).rpartition("/")[2])
    assert found is not None
    shades = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", found.content.decode().partition("@media")[0]))
    dark = re.findall(r"--link: (#[0-9a-f]{6})", found.content.decode().partition("@media")[2])
    assert _contrast(shades["on-brand"], color) >= 4.5
    assert _contrast(shades["link"], WHITE) >= 4.5
    assert _contrast(dark[0], NIGHT) >= 4.5


def test_a_colour_that_cannot_be_read_gives_our_own() -> None:
    assert Assets(STATIC, "").url_of_brand('red;} body { background: url("x")').endswith("/assets/brand-23403c.css")


def _contrast(text: str, ground: Color) -> float:
    color = parse_color(text)
    assert isinstance(color, Color)
    return measure_contrast(color, ground)
