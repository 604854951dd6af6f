"""Pictures by a real browser: widths, dark mode, images, nothing fetched, limits."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from mailer.pictures import VIEWS, WIDTHS, NotTaken, Taken, embed_images, find_browser, take_pictures

PAGE = """<!DOCTYPE html><html lang="en"><head><meta name="color-scheme" content="light dark"><style>
body { margin: 0; background-color: #ffffff; }
.top { height: 40px; background-color: #0000ff; }
.bottom { height: 30px; background-color: #00ffff; }
@media (max-width: 390px) { .top { background-color: #00ff00; } }
@media (prefers-color-scheme: dark) { body { background-color: #102030; } }
</style></head><body><div class="top"></div>
<img src="cid:badge" alt="A badge" width="100" height="100" style="display:block">
<script>document.body.textContent = "";</script>
<div style="height:1500px"></div><div class="bottom"></div></body></html>"""


def png_url(color: tuple[int, int, int]) -> str:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image.Image]:
    browser = find_browser(None)
    assert browser is not None
    html = embed_images(PAGE, {"cid:badge": png_url((255, 0, 0))})
    taken = take_pictures(browser, html, tmp_path_factory.mktemp("pictures"), "mail")
    assert isinstance(taken, Taken)
    return {file.stem.removeprefix("mail-"): Image.open(file).convert("RGB") for file in taken.files}


@pytest.mark.needs("chromium")
def test_each_view_is_taken_at_each_width(pictures: dict[str, Image.Image]) -> None:
    assert set(pictures) == {f"{width}-{view.name}" for width in WIDTHS for view in VIEWS}
    for name, picture in pictures.items():
        assert picture.width == WIDTHS[name.partition("-")[0]]


@pytest.mark.needs("chromium")
def test_the_phone_is_as_narrow_as_it_says(pictures: dict[str, Image.Image]) -> None:
    assert pictures["phone-light"].getpixel((389, 5)) == (0, 255, 0)
    assert pictures["desktop-light"].getpixel((799, 5)) == (0, 0, 255)


@pytest.mark.needs("chromium")
def test_the_whole_mail_is_in_the_picture_and_nothing_more(pictures: dict[str, Image.Image]) -> None:
    picture = pictures["phone-light"]
    assert picture.height == 40 + 100 + 1500 + 30
    assert picture.getpixel((5, picture.height - 1)) == (0, 255, 255)


@pytest.mark.needs("chromium")
def test_dark_is_what_the_mail_says_it_is(pictures: dict[str, Image.Image]) -> None:
    assert pictures["desktop-light"].getpixel((5, 800)) == (255, 255, 255)
    assert pictures["desktop-dark"].getpixel((5, 800)) == (16, 32, 48)


@pytest.mark.needs("chromium")
def test_images_are_seen_unless_they_are_off(pictures: dict[str, Image.Image]) -> None:
    assert pictures["phone-light"].getpixel((50, 90)) == (255, 0, 0)
    colors = pictures["phone-images-off"].getcolors(maxcolors=100_000)
    assert colors is not None
    assert (255, 0, 0) not in {color for _, color in colors}


def test_a_browser_that_is_not_there_is_not_found() -> None:
    assert find_browser("no-such-browser") is None


def test_a_browser_that_takes_no_picture_is_a_reason(tmp_path: Path) -> None:
    taken = take_pictures("/bin/false", PAGE, tmp_path, "mail")
    assert taken == NotTaken("/bin/false made no picture: exit status 1")


def test_a_browser_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "browser"
    hanging.write_text("#!/bin/sh\nsleep 100 &\nwait\n")
    hanging.chmod(0o755)
    monkeypatch.setattr("mailer.pictures.TIMEOUT", 0.5)
    taken = take_pictures(str(hanging), PAGE, tmp_path, "mail")
    assert isinstance(taken, NotTaken)
    assert "still running" in taken.reason
