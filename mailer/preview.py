"""A mail in files, to look at before it goes: the message, both parts, and pictures.

Here belong the files and what they are called. Where the message comes from stands in `samples`, how pictures are
taken in `pictures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.parts import read_parts
from mailer.pictures import BROWSERS, NotTaken, embed_images, take_pictures


@dataclass(frozen=True)
class Preview:
    """What was written, and why there are no pictures if there are none."""

    files: tuple[Path, ...]
    without_pictures: str | None = None


def write_preview(
    data: bytes, name: str, folder: Path, browser: str | None, hosted_images: Mapping[str, str]
) -> Preview:
    """Write `name`.eml, .html and .txt of the message `data`, and its pictures, to `folder`, which is made if need be.

    `browser` None: without pictures. `hosted_images` gives a `data:` URL for each image that the HTML has elsewhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = read_parts(data)
    inline = {f"cid:{content_id}": url for content_id, url in parts.images.items()}
    html = embed_images(parts.html or "", {**hosted_images, **inline})
    contents = {"eml": data, "html": html.encode(), "txt": (parts.text or "").encode()}
    files = [folder / f"{name}.{ending}" for ending in contents]
    for file, content in zip(files, contents.values(), strict=True):
        file.write_bytes(content)
    if browser is None:
        return Preview(tuple(files), f"no browser was found ({', '.join(BROWSERS)}; setting: chromium)")
    taken = take_pictures(browser, html, folder, name)
    if isinstance(taken, NotTaken):
        return Preview(tuple(files), taken.reason)
    return Preview((*files, *taken.files))
