"""The reading rooms of the pages: a mail that ends one is not taken apart again at once."""

import os
import signal
from threading import Thread

from inbound.processing.room import Unreadable
from inbound.showing.mail import ShownMail
from web.reading_room import ReadingRoom

MAIL = b"From: a@mail.example\r\n\r\nWords.\r\n"


def test_a_mail_that_ended_the_room_is_remembered_and_others_are_read() -> None:
    rooms = ReadingRoom()
    try:
        assert isinstance(rooms.show(MAIL), ShownMail)
        process = rooms._show_room._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)  # as one that takes too long
        killer = Thread(target=lambda: (process.kill(), process.wait()))
        killer.start()
        ended = rooms.show(b"X-Other: 1\r\n" + MAIL)
        killer.join()
        assert isinstance(ended, Unreadable)
        assert isinstance(rooms.show(b"X-Other: 1\r\n" + MAIL), Unreadable)
        assert isinstance(rooms.show(MAIL), ShownMail)
        assert rooms._show_room._process is not process
    finally:
        rooms.close()
