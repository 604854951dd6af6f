"""What is compared is the same: the peers' mails and ours, parsed, have the same headers, parts and contents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import dkim
import pytest
from lxml import html
from PIL import Image

from badges.openbadges.baking import unbake
from bench.fixture import NOW, make_awards
from bench.orders import (
    SIGNED,
    make_naive_mailer,
    make_node_sources,
    make_order,
    make_picture,
    make_signing,
    variant_of,
)
from bench.peers import node
from bench.peers.order import Order
from bench.rows import attest
from bench.stage import Stage, make_claimed, open_stage
from mailer.keys import record_value
from mailer.queue.claimed import Claimed
from mailer.templates.inlining import find_difference

RECIPIENTS = 12
"""All names of the fixture, and every combination of expiry and account."""


@dataclass(frozen=True)
class Given:
    """What all three build from."""

    stage: Stage
    messages: list[Claimed]
    orders: list[Order]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    stage = open_stage(tmp_path_factory.mktemp("stage"))
    messages = [make_claimed(award, stage.published.digest) for award in make_awards(RECIPIENTS)]
    attest(stage, make_awards(RECIPIENTS))
    yield Given(stage, messages, [make_order(stage, message) for message in messages])
    stage.engine.dispose()


def _parse(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def _parts(message: EmailMessage) -> Mapping[str, EmailMessage]:
    return {part.get_content_type(): part for part in message.walk() if isinstance(part, EmailMessage)}


def _text(message: EmailMessage, content_type: str) -> str:
    return str(_parts(message)[content_type].get_content()).replace("\r\n", "\n")


def _read_field(message: EmailMessage, name: str) -> str:
    """Return what the one field of that name says.

    Read with the older parser: the newer one leaves the blank between two encoded words in (RFC 2047 section 6.2).
    """
    (raw,) = [value for field, value in message.raw_items() if field.lower() == name]
    # Some fold long identifiers, some quote names that need no quotes, and Reply-To needs no angle brackets.
    return str(make_header(decode_header(str(raw)))).strip(" <>\r\n").replace('"', "")


def _assert_same_but_html(ours: EmailMessage, theirs: EmailMessage) -> None:
    for name in set(SIGNED) - {"content-type"}:
        assert _read_field(theirs, name) == _read_field(ours, name), name
    assert [part.get_content_type() for part in theirs.walk()] == [part.get_content_type() for part in ours.walk()]
    assert _text(theirs, "text/plain") == _text(ours, "text/plain")
    image, their_image = _parts(ours)["image/png"], _parts(theirs)["image/png"]
    assert _pixels(their_image.get_content()) == _pixels(image.get_content())
    assert unbake(image.get_content()) is not None
    assert their_image["Content-ID"] == image["Content-ID"]


def _pixels(picture: bytes) -> bytes:
    with Image.open(BytesIO(picture)) as image:
        return image.tobytes()


def _assert_verifies(data: bytes, stage: Stage) -> None:
    record = record_value(stage.rsa_key).encode("ascii")
    assert dkim.verify(data, dnsfunc=lambda name, timeout=5: record)


def test_the_naive_mails_say_what_ours_say(given: Given) -> None:
    naive = make_naive_mailer(given.stage)
    for message, order in zip(given.messages, given.orders, strict=True):
        our_data, their_data = given.stage.composer.compose(message, NOW).data, naive.build(order)
        ours, theirs = _parse(our_data), _parse(their_data)
        _assert_same_but_html(ours, theirs)
        assert find_difference(_text(theirs, "text/html"), _text(ours, "text/html")) is None
        _assert_verifies(our_data, given.stage)
        _assert_verifies(their_data, given.stage)


@pytest.mark.timeout(240)
def test_the_node_mails_say_what_ours_say(given: Given, tmp_path: Path) -> None:
    missing = node.find_missing() or node.install()
    if missing is not None:
        pytest.skip(missing)
    stage = given.stage
    named = [(variant_of(order), order) for order in given.orders]
    sources = make_node_sources(stage, given.orders)
    with node.running_peer(tmp_path, sources, named, make_picture(stage), make_signing(stage)) as peer:
        for number, message in enumerate(given.messages):
            our_data, their_data = stage.composer.compose(message, NOW).data, peer.emit(number)
            ours, theirs = _parse(our_data), _parse(their_data)
            _assert_same_but_html(ours, theirs)
            assert _shown(theirs) == _shown(ours)
            _assert_verifies(their_data, stage)
        assert peer.run(2) > 0


def _shown(message: EmailMessage) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the words of the HTML and its links and images: juice writes other styles than premailer does."""
    document = html.fromstring(_text(message, "text/html").encode(), parser=html.HTMLParser(encoding="utf-8"))
    for style in document.iter("style"):
        style.text = ""
    targets = [(element.tag, element.get("href") or element.get("src") or "") for element in document.iter("a", "img")]
    return document.text_content().split(), targets


def test_every_combination_of_expiry_and_account_is_measured(given: Given) -> None:
    assert len({variant_of(order) for order in given.orders}) == 4
