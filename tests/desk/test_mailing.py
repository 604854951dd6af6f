"""Mails that the service writes in its own name, to people whom no issuer has on record."""

from dataclasses import replace
from typing import Any

import pytest

from badges.branding import WHITE, Color, measure_contrast, parse_color
from desk.constants import Wanted, gather_constants
from desk.mailing import Letter, write_letter
from desk.timeline import Timeline, tell_timeline
from mailer.compose import Composer
from mailer.dkim import Signer
from mailer.notices import NOTICES
from mailer.queue.claiming import claim
from mailer.queue.leases import register
from mailer.queue.overview import look_over
from mailer.queue.suppressions import Suppressed, find_suppressed, suppress
from mailer.sample_requests import sample_request_facts
from mailer.templates.constants import SiteConstants
from mailer.templates.published import Published

SITE = SiteConstants(
    "https://badges.example", "support@badges.example", "https://badges.example/password", "The Badge Desk"
)
STRANGER = "stranger@mail.example"


def letter_to(kind: str, now: Any, language: str | None = None) -> Letter:
    facts = {"name": "", "address": STRANGER, **sample_request_facts(kind, on_record=False, now=now)}
    return Letter(kind, f"answer/{kind}", None, None, STRANGER, facts, language)


def test_it_has_a_name_an_address_and_readable_colours_of_its_own(desk: Any) -> None:
    with desk.office.engine.connect() as connection:
        constants = gather_constants(connection, Wanted("ticket_received", None, language="de"), SITE)
    issuer = constants.issuer
    assert (issuer.name, issuer.support_email, issuer.is_service) == ("The Badge Desk", "support@badges.example", True)
    assert (constants.sender_name, constants.language, constants.badge) == ("The Badge Desk", "de", None)
    link = parse_color(issuer.link_color)
    assert isinstance(link, Color)
    assert measure_contrast(link, WHITE) >= 4.5


@pytest.mark.parametrize("kind", [kind for kind, notice in NOTICES.items() if notice.answers])
def test_every_answer_can_be_written_without_an_issuer(desk: Any, kind: str) -> None:
    with desk.office.engine.begin() as connection:
        assert write_letter(connection, desk.office, letter_to(kind, desk.now), desk.now)
        assert not write_letter(connection, desk.office, letter_to(kind, desk.now), desk.now)
    [mail] = desk.mails(kind)
    [template] = desk.rows("SELECT * FROM published_template")
    assert (mail.issuer_id, template.issuer_id, template.language) == (None, None, "en")


def test_what_only_the_service_writes_is_written_in_no_issuers_name(desk: Any) -> None:
    facts = {"name": "Ann Berg", "address": "ann@mail.example", "new_address": STRANGER, "pending": "pending2345"}
    letter = Letter("confirm_address", "confirm/1", None, None, STRANGER, facts)
    with desk.office.engine.begin() as connection:
        with pytest.raises(ValueError, match="in no issuer's name"):
            write_letter(connection, desk.office, replace(letter, issuer_id="an issuer"), desk.now)
        assert write_letter(connection, desk.office, letter, desk.now)


def test_it_passes_through_the_queue_as_any_other_mail(desk: Any) -> None:
    with desk.office.engine.begin() as connection:
        write_letter(connection, desk.office, letter_to("ticket_received", desk.now, "fr"), desk.now)
        worker = register(connection, "lease", "worker", "here", desk.now)
        [message] = claim(connection, worker, 10, desk.now).messages
        suppress(connection, [Suppressed(STRANGER, "for one issuer", desk.now, issuer_id="another")])
        assert find_suppressed(connection, [message]) == {}
        suppress(connection, [Suppressed(STRANGER, "for all", desk.now)])
        assert find_suppressed(connection, [message]) == {message.id: "on the suppression list: for all"}
        assert look_over(connection).counts == {"queued": 1}
    published = Published.from_json(desk.one("SELECT content FROM published_template"))
    composer = Composer(desk.office.site, desk.office.links, Signer([]), lambda _: published, _no_image)
    mail = composer.compose(message, desk.now)
    assert b"\r\nFeedback-ID: ticket_received:service:account:badges\r\n" in mail.data
    assert b"\r\nAuto-Submitted: auto-replied\r\n" in mail.data
    assert "Envoyé par\u00a0: Badge support." in published.render_text({"writer_name": None, "reference": "BP-7K2Q9M"})
    timeline = tell_timeline(desk.office.engine, STRANGER)
    assert isinstance(timeline, Timeline)
    assert [event.what for event in timeline.events][:1] == ["mail"]


def _no_image(digest: str) -> Any:
    raise AssertionError(f"there is no image {digest}")
