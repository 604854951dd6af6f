"""The outbox transport: mails become files in a folder, for a trial without a mail server.

Here belongs how a mail is written so that it is there whole or not at all. The page that shows the folder is `web`'s.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from mailer.delivery.outcomes import Held, Phase, Sent
from mailer.delivery.transport import Feed, Lane, Parcel

NAME = "outbox"
LANES = 4


def file_name(parcel: Parcel) -> str:
    """Return the file's name: the mail's date and the message's id, so that a second writing replaces the first."""
    return f"{parcel.message.written_at:%Y%m%dT%H%M%SZ}-{parcel.message.id}.eml"


class OutboxTransport:
    """Writes `.eml` files to `folder`."""

    def __init__(self, folder: Path) -> None:
        """Raises `OSError` if the folder cannot be made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def lanes(self) -> Sequence[Lane]:
        """Return several lanes, since each waits for the disk."""
        return [_FileWriter(self._folder) for _ in range(LANES)]


class _FileWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def run(self, feed: Feed) -> None:
        """Write until the feed ends."""
        while (parcel := await feed.take(NAME)) is not None:
            if await feed.intend(parcel, NAME):
                await self._deliver(feed, parcel)

    async def _deliver(self, feed: Feed, parcel: Parcel) -> None:
        path = self._folder / file_name(parcel)
        try:
            await asyncio.to_thread(write_whole, path, _with_envelope(parcel))
        except OSError as fault:
            feed.settle(parcel, NAME, Held(Phase.DATA, f"{path.name}: {fault.strerror}"))
            await feed.rest(1.0)
        else:
            feed.settle(parcel, NAME, Sent(f"written to {path.name}"))


def _with_envelope(parcel: Parcel) -> bytes:
    """Return the mail as a last hop would store it (RFC 5321 section 4.4: Return-Path in front)."""
    return f"Return-Path: <{parcel.mail.mail_from}>\r\n".encode() + parcel.mail.data


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears under its name only when all of it is on disk, and then survives a power cut."""
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
