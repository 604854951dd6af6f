"""A mail whose plain text and HTML differ is told from one that says the same twice."""

import pytest

from inbound.reading.faces import has_two_faces
from inbound.understanding.wish import Confidence
from inbound.understood import understand
from wire.parts import read_message

ASKED = "Please unlock the account of ana.prova@north.example. Thank you, Dana"


def write(plain: str, html: str) -> bytes:
    head = 'From: Dana <dana@south.example>\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="X"\n\n'
    parts = (("plain", plain), ("html", html))
    return (head + "".join(f"--X\nContent-Type: text/{kind}\n\n{text}\n" for kind, text in parts) + "--X--\n").encode()


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{ASKED}</p>",
        "<p>Please <b>unlock</b> the account of<br>ana.prova@north.example.</p><p>Thank you,</p><div>Dana</div>",
        f'<p>{ASKED}</p><img src="cid:logo" alt="South"><p>South Institute, 1 Main Road</p>',
        "",
    ],
)
def test_one_face(html: str) -> None:
    mail = write(ASKED, html)
    assert not has_two_faces(read_message(mail), ASKED)
    assert understand(mail, None).wish.confidence is Confidence.SURE  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "html",
    [
        "<p>Thank you for everything, Dana</p>",
        "<p>Please unlock the account of tim.prova@north.example. Thank you, Dana</p>",
        f'<p>Thank you, Dana</p><div style="display:none">{ASKED}</div>',
    ],
)
def test_two_faces_are_nothing_to_act_on(html: str) -> None:
    mail = write(ASKED, html)
    assert has_two_faces(read_message(mail), ASKED)
    understood = understand(mail, None)
    assert understood.wish.confidence is Confidence.GUESSED  # type: ignore[union-attr]
    assert any("different" in flaw for flaw in understood.reading.flaws)
