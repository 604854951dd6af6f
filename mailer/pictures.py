"""Pictures of a mail's HTML part, taken with headless Chromium: phone and desktop, light and dark, images off.

The browser gets a page of ours (the stage) that shows the mail in frames of the wanted widths, since a headless window
cannot be narrower than 500 pixels. It has no network and a profile of its own, and the frames run no scripts.
"""

import html as html_text
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT = 60.0
"""Seconds that one run of the browser may take."""

WIDTHS: Mapping[str, int] = {"phone": 390, "desktop": 800}
"""CSS pixels of each frame."""

TALLEST = 12_000
"""Pixels of a picture; what a longer mail has below is left out."""

_GAP = 20
_MARK = (255, 0, 255)
"""The stage's own colour, which tells where a frame ends. A mail's last row of pixels must not be all of it."""


@dataclass(frozen=True)
class View:
    """A way to look at a mail."""

    name: str
    flags: tuple[str, ...] = ()


VIEWS = (
    View("light"),
    # Answers prefers-color-scheme, as a mail program in dark mode does. (Chromium's forced dark mode is something
    # else: it recolours pages that have no dark colours of their own.)
    View("dark", ("--blink-settings=preferredColorScheme=0",)),
    View("images-off", ("--blink-settings=imagesEnabled=false",)),
)


@dataclass(frozen=True)
class Taken:
    """The pictures, in files."""

    files: tuple[Path, ...]


@dataclass(frozen=True)
class NotTaken:
    """There are no pictures, and why."""

    reason: str


def find_browser(configured: str | None) -> str | None:
    """Return the browser to use: the configured one, or the first of `BROWSERS`; None if it is not there."""
    for name in (configured,) if configured else BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    return None


def embed_images(html: str, images: Mapping[str, str]) -> str:
    """Return `html` with a `data:` URL in place of each `src` in `images`."""
    for source, data_url in images.items():
        html = html.replace(f'src="{html_text.escape(source)}"', f'src="{data_url}"')
    return html


def take_pictures(browser: str, html: str, folder: Path, name: str) -> Taken | NotTaken:
    """Write a PNG of each view at each width to `folder`: `name`-phone-light.png and so on.

    Nothing is fetched: only images with `data:` URLs are seen.
    """
    stage = _stage(html, list(WIDTHS.values()))
    files: list[Path] = []
    for view in VIEWS:
        shot = _run(browser, view, stage)
        if isinstance(shot, NotTaken):
            return shot
        files += _cut(shot, folder, f"{name}-{{}}-{view.name}.png")
    return Taken(tuple(files))


def _stage(html: str, widths: Sequence[int]) -> str:
    frames, left = [], 0
    for width in widths:
        # No allow-scripts: only the stage's own script runs, which may look into the frames (allow-same-origin).
        frames.append(
            f'<iframe sandbox="allow-same-origin" style="left:{left}px;width:{width}px"'
            f' srcdoc="{html_text.escape(html)}"></iframe>'
        )
        left += width + _GAP
    return f"""<!DOCTYPE html><meta charset="utf-8">
<style>body{{margin:0;background:rgb{_MARK}}} iframe{{position:absolute;top:0;border:0;background:#fff}}</style>
{"".join(frames)}
<script>onload = () => {{ for (const frame of document.querySelectorAll("iframe"))
  frame.style.height = frame.contentDocument.documentElement.scrollHeight + "px"; }}</script>
"""


def _run(browser: str, view: View, stage: str) -> "Image.Image | NotTaken":
    with tempfile.TemporaryDirectory(prefix="badgepost-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, shot = folder / "stage.html", folder / "shot.png"
        page.write_text(stage, encoding="utf-8")
        said = _start(_command(browser, view, folder, page, shot), folder)
        if not shot.is_file():
            return NotTaken(f"{browser} made no picture: {said}")
        with Image.open(shot) as image:
            return image.convert("RGB")


def _command(browser: str, view: View, folder: Path, page: Path, shot: Path) -> list[str]:
    width = sum(WIDTHS.values()) + _GAP * len(WIDTHS)
    # As root, Chromium starts only without its sandbox.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [
        browser,
        "--headless",
        *sandbox,
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},{TALLEST}",
        f"--screenshot={shot}",
        *view.flags,
        page.as_uri(),
    ]


def _start(command: list[str], folder: Path) -> str:
    """Run the browser to its end or to the limit, and return what it said last."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        # The browser has children of its own: the whole session that was started here goes.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"it was still running after {TIMEOUT:.0f} seconds"
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {process.returncode}"


def _cut(shot: Image.Image, folder: Path, pattern: str) -> list[Path]:
    files, left = [], 0
    for device, width in WIDTHS.items():
        column = shot.crop((left, 0, left + width, shot.height))
        box = ImageChops.difference(column, Image.new("RGB", column.size, _MARK)).getbbox()
        file = folder / pattern.format(device)
        column.crop((0, 0, width, box[3] if box else 1)).save(file, optimize=True)
        files.append(file)
        left += width + _GAP
    return files
