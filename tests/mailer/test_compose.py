import email
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import argon2
import dkim
import jinja2
import premailer
import pytest
from dkim.canonicalization import Relaxed, Simple

from badges.images import draw_badge
from badges.links import LinkMaker
from badges.openbadges.baking import make_chunks, unbake
from mailer.compose import Composed, Composer
from mailer.dkim import DkimKey, Signer
from mailer.filling import Site
from mailer.keys import make_key, record_name, record_value
from mailer.mime import ImageBytes
from mailer.notices import NOTICES, Stream
from mailer.queue.claimed import Claimed
from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published, Variant
from mailer.templates.publishing import publish
from wire.header import HeaderFault

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
KEYS = [
    DkimKey("badgepost.example", "r1", make_key("rsa")),
    DkimKey("badgepost.example", "e1", make_key("ed25519")),
]
IMAGE = ImageBytes("image/png", draw_badge("C", "Müller & Söhne", "#1f4e79"))
NAMES = [
    "Anna Berg",
    ".hidden",
    "..",
    "." * 90,
    "From me",
    "double  spaces",
    "\U0001f3c5 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645",
    "{{ 7*7 }}",
    "</title>",
    '"><script>alert(1)</script>',
    "x" * 200,
    "\u9648\u5927\u6587" * 66,
    'O\'Brien, "Bob" & Söhne; <x@y.example>',
    "=?utf-8?q?x?=",
]

Make = Callable[..., Claimed]


@pytest.fixture(scope="module")
def templates() -> dict[str, Published]:
    return {}


@pytest.fixture
def published(constants: Constants, sound_sources: TemplateSources, templates: dict[str, Published]) -> Published:
    if "issuance" not in templates:
        made = publish("issuance", constants, sound_sources)
        assert isinstance(made, Published), made
        templates["issuance"] = made
    return templates["issuance"]


def make_composer(site: Site, published: Published, keys: list[DkimKey] = KEYS) -> Composer:
    return Composer(site, LinkMaker(["key"]), Signer(keys), {published.digest: published}.__getitem__, lambda _: IMAGE)


@pytest.fixture
def composer(site: Site, published: Published) -> Composer:
    return make_composer(site, published)


def parse(mail: Composed) -> EmailMessage:
    message = email.message_from_bytes(mail.data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert part.defects == []
        assert all(value.defects == () for value in part.values())
    return message


def content_of(message: EmailMessage, media_type: str) -> Any:
    (part,) = [part for part in message.walk() if part.get_content_type() == media_type]
    assert isinstance(part, EmailMessage)
    return part.get_content()


def look_up(name: bytes, timeout: int = 5) -> bytes | None:
    records = {record_name(key.selector, key.domain): record_value(key.private_key) for key in KEYS}
    record = records.get(name.decode().rstrip("."))
    return record.encode() if record else None


def verdicts(data: bytes) -> list[bool]:
    verifier = dkim.DKIM(data)
    return [bool(verifier.verify(number, dnsfunc=look_up)) for number in range(data.count(b"DKIM-Signature:"))]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_arrives_in_both_parts_and_both_signatures_verify(
    name: str, composer: Composer, published: Published, make_claimed: Make
) -> None:
    mail = composer.compose(make_claimed(published.digest, name=name), NOW)
    message = parse(mail)
    assert f"Congratulations, {name}!\r\n" in content_of(message, "text/plain")
    assert jinja2.utils.markupsafe.escape(f"Congratulations, {name}!") in content_of(message, "text/html")
    assert content_of(message, "image/png") == IMAGE.content
    assert message["Subject"] == f"C <Basics> for {name}".strip()
    assert verdicts(mail.data) == [True, True]


@pytest.mark.parametrize("name", NAMES)
def test_the_body_is_its_own_canonical_form(
    name: str, composer: Composer, published: Published, make_claimed: Make
) -> None:
    data = composer.compose(make_claimed(published.digest, name=name), NOW).data
    head, _, body = data.partition(b"\r\n\r\n")
    assert Relaxed.canonicalize_body(body) == body
    assert Simple.canonicalize_body(body) == body
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert not any(line.startswith((b".", b"From ")) for line in body.split(b"\r\n"))
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert all(len(line) <= 90 for line in body.split(b"\r\n"))


def test_a_tampered_subject_fails(composer: Composer, published: Published, make_claimed: Make) -> None:
    data = composer.compose(make_claimed(published.digest), NOW).data
    tampered = data.replace(b"Subject: C", b"Subject: D")
    assert tampered != data
    assert verdicts(tampered) == [False, False]


def test_it_parses_to_what_the_standard_library_builds(
    composer: Composer, published: Published, make_claimed: Make
) -> None:
    claimed = make_claimed(published.digest, name="Jürgen Müller")
    ours = parse(composer.compose(claimed, NOW))
    theirs = build_with_the_standard_library(ours, claimed)
    assert {name: str(value) for name, value in ours.items() if name not in {"DKIM-Signature", "Content-Type"}} == {
        name: str(value) for name, value in theirs.items() if name != "Content-Type"
    }
    for left, right in zip(ours.walk(), theirs.walk(), strict=True):
        assert left.get_content_type() == right.get_content_type()
        assert left["Content-ID"] == right["Content-ID"]
        assert left.get_content_disposition() == right.get_content_disposition()
        if not left.is_multipart():
            assert left.get_payload(decode=True).replace(b"\r\n", b"\n") == right.get_payload(decode=True).replace(
                b"\r\n", b"\n"
            )


def build_with_the_standard_library(ours: EmailMessage, claimed: Claimed) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Müller & Söhne <badges@badgepost.example>"
    message["To"] = "Jürgen Müller <anna@mail.example>"
    message["Subject"] = "C <Basics> for Jürgen Müller"
    message["Date"] = format_datetime(claimed.written_at)
    message["Message-ID"] = "<keyhash@badgepost.example>"
    message["Reply-To"] = "reply+messageid2345672@badgepost.example"
    message["Auto-Submitted"] = "auto-generated"
    message["Feedback-ID"] = "issuance:issuerid23456722:account:badgepost"
    message.set_content(content_of(ours, "text/plain"))
    message.add_alternative(content_of(ours, "text/html"), subtype="html")
    html = message.get_payload()[1]
    cid = "<badge@badgepost.example>"
    html.add_related(IMAGE.content, "image", "png", cid=cid, disposition="inline", filename="badge.png")
    parsed = email.message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_envelope(composer: Composer, published: Published, make_claimed: Make) -> None:
    mail = composer.compose(make_claimed(published.digest), NOW)
    assert mail.mail_from == "bounce+messageid2345672@badgepost.example"
    assert mail.rcpt_to == "anna@mail.example"
    assert not mail.needs_smtputf8


def test_each_field_stands_once(composer: Composer, published: Published, make_claimed: Make) -> None:
    message = parse(composer.compose(make_claimed(published.digest), NOW))
    names = [name for name in message if name != "DKIM-Signature"]
    assert len(names) == len(set(names))
    assert message["Reply-To"] == "reply+messageid2345672@badgepost.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in message
    assert "Return-Path" not in message


def test_the_same_row_at_the_same_time_gives_the_same_bytes(
    composer: Composer, published: Published, make_claimed: Make, site: Site
) -> None:
    claimed = make_claimed(published.digest)
    again = make_composer(site, Published.from_json(published.to_json()))
    assert again.compose(claimed, NOW) == composer.compose(claimed, NOW)


def test_only_links_and_signatures_change_with_the_time(
    composer: Composer, published: Published, make_claimed: Make
) -> None:
    claimed = make_claimed(published.digest)
    first = parse(composer.compose(claimed, NOW))
    later = parse(composer.compose(claimed, NOW + timedelta(days=1)))
    del first["DKIM-Signature"], later["DKIM-Signature"]
    assert first.items() == later.items()
    assert content_of(first, "text/plain") != content_of(later, "text/plain")


def test_no_engine_no_inliner_no_password_hash_when_sending(
    composer: Composer, published: Published, make_claimed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_arguments: object, **_options: object) -> None:
        raise AssertionError("called while sending")

    composer.compose(make_claimed(published.digest), NOW)
    monkeypatch.setattr(jinja2.Template, "render", forbidden)
    monkeypatch.setattr(jinja2.Environment, "__init__", forbidden)
    monkeypatch.setattr(jinja2.Environment, "get_template", forbidden)
    monkeypatch.setattr(premailer.Premailer, "__init__", forbidden)
    monkeypatch.setattr(argon2.PasswordHasher, "hash", forbidden)
    assert composer.compose(make_claimed(published.digest, name="Other"), NOW).data


def test_template_and_image_are_loaded_once(site: Site, published: Published, make_claimed: Make) -> None:
    loaded: list[str] = []

    def load_template(digest: str) -> Published:
        loaded.append(digest)
        return published

    def load_image(digest: str) -> ImageBytes:
        loaded.append(digest)
        return IMAGE

    composer = Composer(site, LinkMaker(["key"]), Signer([]), load_template, load_image)
    for _ in range(3):
        composer.compose(make_claimed(published.digest), NOW)
    assert loaded == [published.digest, published.traits.image_digest]


CHUNKS = make_chunks("a.signed.credential", '{"an": "assertion"}')


def bake(credential_id: str) -> bytes | None:
    return {"credentialid2345": CHUNKS}.get(credential_id)


def make_baker(site: Site, published: Published) -> Composer:
    return Composer(site, LinkMaker(["key"]), Signer(KEYS), lambda _: published, lambda _: IMAGE, bake)


@pytest.mark.parametrize("kind", [kind for kind, notice in NOTICES.items() if notice.shows_badge and notice.to_earner])
def test_the_picture_is_the_credential_in_the_facts(
    kind: str, site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    template = plain(published, kind)
    facts = all_facts | {"credential": "credentialid2345"}
    mail = make_baker(site, template).compose(make_claimed(template.digest, {"kind": kind}, **facts), NOW)
    picture = content_of(parse(mail), "image/png")
    assert unbake(picture) == "a.signed.credential"
    assert CHUNKS in picture
    assert verdicts(mail.data) == [True, True]
    assert Relaxed.canonicalize_body(mail.data.partition(b"\r\n\r\n")[2]) == mail.data.partition(b"\r\n\r\n")[2]


def test_a_message_that_names_no_credential_or_none_that_is_there_stays_plain(
    site: Site, published: Published, make_claimed: Make
) -> None:
    baker = make_baker(site, published)
    for facts in ({}, {"credential": None}, {"credential": "nosuch"}):
        mail = baker.compose(make_claimed(published.digest, **facts), NOW)
        assert content_of(parse(mail), "image/png") == IMAGE.content


def test_nobody_but_its_earner_is_given_a_credential(
    site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    template = plain(published, "not_me_report")
    facts = all_facts | {"credential": "credentialid2345"}
    mail = make_baker(site, template).compose(make_claimed(template.digest, {"kind": "not_me_report"}, **facts), NOW)
    assert content_of(parse(mail), "image/png") == IMAGE.content


def test_the_same_row_has_the_same_picture_at_any_time(site: Site, published: Published, make_claimed: Make) -> None:
    claimed = make_claimed(published.digest, credential="credentialid2345")
    again = make_baker(site, Published.from_json(published.to_json()))
    assert again.compose(claimed, NOW) == make_baker(site, published).compose(claimed, NOW)
    pictures = {content_of(parse(again.compose(claimed, NOW + timedelta(days=n))), "image/png") for n in range(3)}
    assert len(pictures) == 1


INJECTIONS = ["x\r\nBcc: e@attacker.example", "x\nBcc: e@attacker.example", "x\rBcc: e", "x\x00", "x\u2028y", "\ud800"]


@pytest.mark.parametrize("value", INJECTIONS)
def test_no_recorded_name_adds_a_header(
    value: str, composer: Composer, published: Published, make_claimed: Make
) -> None:
    with pytest.raises(HeaderFault):
        composer.compose(make_claimed(published.digest, name=value), NOW)


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize("column", ["id", "message_id", "rcpt_to"])
def test_no_column_adds_a_header(
    column: str, value: str, composer: Composer, published: Published, make_claimed: Make
) -> None:
    with pytest.raises(HeaderFault):
        composer.compose(make_claimed(published.digest, {column: value}), NOW)


@pytest.mark.parametrize("value", INJECTIONS)
def test_no_issuer_id_and_no_sender_name_adds_a_header(
    value: str, composer: Composer, published: Published, make_claimed: Make, site: Site
) -> None:
    with pytest.raises(HeaderFault):
        composer.compose(make_claimed(published.digest, {"issuer_id": value}), NOW)
    named = replace(published, traits=replace(published.traits, sender_name=value.replace("\ud800", "\x01")))
    with pytest.raises(HeaderFault):
        make_composer(site, named).compose(make_claimed(named.digest), NOW)


@pytest.mark.parametrize("fact", ["address", "assertion", "account"])
def test_other_facts_reach_no_header(fact: str, composer: Composer, published: Published, make_claimed: Make) -> None:
    nasty = "\r\n.\r\nMAIL FROM:<x@y.example>\r\nBcc: e@attacker.example\r\n\r\n"
    mail = composer.compose(make_claimed(published.digest, **{fact: nasty}), NOW)
    assert "Bcc" not in parse(mail)
    assert verdicts(mail.data) == [True, True]


def plain(published: Published, kind: str) -> Published:
    slots = [slot.name for slot in NOTICES[kind].slots if not slot.optional]
    pieces = ("", *[part for name in slots for part in (name, "\n")])
    return replace(published, kind=kind, optional=(), variants={"": Variant((kind,), pieces, pieces)})


@pytest.mark.parametrize("kind", NOTICES)
def test_streams_differ_in_their_headers(
    kind: str, site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    template = plain(published, kind)
    mail = make_composer(site, template).compose(make_claimed(template.digest, {"kind": kind}, **all_facts), NOW)
    message = parse(mail)
    is_notice = NOTICES[kind].stream is Stream.NOTICES
    sender = "notices@badgepost.example" if is_notice else "badges@badgepost.example"
    assert message["From"].addresses[0].addr_spec == sender
    assert message["From"].addresses[0].display_name == "Müller & Söhne"
    assert ("List-Unsubscribe" in message, "List-Unsubscribe-Post" in message) == (is_notice, is_notice)
    if is_notice:
        assert message["List-Unsubscribe"].startswith("<https://badges.example/unsubscribe/")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        signed = message["DKIM-Signature"].lower()
        assert "list-unsubscribe:list-unsubscribe-post" in signed or "list-unsubscribe-post" in signed
    expected = "Anna Berg" if NOTICES[kind].to_earner else ""
    assert message["To"].addresses[0].display_name == expected
    assert verdicts(mail.data) == [True, True]


def answer_to(site: Site, published: Published, make_claimed: Make, facts: dict[str, Any], kind: str) -> EmailMessage:
    template = plain(published, kind)
    mail = make_composer(site, template).compose(make_claimed(template.digest, {"kind": kind}, **facts), NOW)
    assert verdicts(mail.data) == [True, True]
    return parse(mail)


@pytest.mark.parametrize("kind", [kind for kind, notice in NOTICES.items() if notice.answers])
def test_an_answer_stands_beside_the_mail_that_it_answers(
    kind: str, site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    answered = {"in_reply_to": "c@x.example", "references": " ".join(f"<{n}.{'a' * 40}@x.example>" for n in range(30))}
    message = answer_to(site, published, make_claimed, all_facts | answered | {"re_subject": "AW: Grüße"}, kind)
    assert message["Subject"] == "Re: Grüße [BP-7K2Q9M]"
    assert message["In-Reply-To"] == "<c@x.example>"
    assert len(message["References"].split()) == 20
    assert message["References"].endswith("<c@x.example>")
    assert message["Auto-Submitted"] == ("no" if kind == "staff_reply" else "auto-replied")
    assert message["Reply-To"] == "reply+messageid2345672@badgepost.example"


def test_a_stranger_gets_our_own_subject(
    site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    for subject in (None, "", "Re:"):
        facts = all_facts | {"re_subject": subject, "in_reply_to": "", "references": ""}
        message = answer_to(site, published, make_claimed, facts, "ticket_received")
        assert message["Subject"] == "ticket_received"
        assert "In-Reply-To" not in message
        assert "References" not in message


@pytest.mark.parametrize("value", INJECTIONS)
def test_nothing_of_an_answered_mail_adds_a_header(
    value: str, site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    usual = answer_to(site, published, make_claimed, all_facts, "ticket_received")
    nasty = {"re_subject": value, "in_reply_to": value, "references": value, "name": value}
    message = answer_to(site, published, make_claimed, all_facts | nasty, "ticket_received")
    assert set(message.keys()) <= set(usual.keys())
    assert message["To"] == "anna@mail.example"


def test_replies_to_a_relayed_request_go_to_the_earner(
    site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    template = plain(published, "relayed_request")
    composer = make_composer(site, template)
    for address, reply_to in (
        ("anna@mail.example", "anna@mail.example"),
        ("añ@mail.example", "reply+messageid2345672@badgepost.example"),
    ):
        facts = all_facts | {"address": address}
        mail = composer.compose(make_claimed(template.digest, {"kind": "relayed_request"}, **facts), NOW)
        message = parse(mail)
        assert message["Reply-To"] == reply_to
        assert (message["Auto-Submitted"], mail.needs_smtputf8) == ("auto-generated", False)


@pytest.mark.parametrize(
    ("address", "reply_to"),
    [
        (None, "reply+messageid2345672@badgepost.example"),
        ("office@mueller.example", "office@mueller.example"),
        ("büro@mueller.example", "reply+messageid2345672@badgepost.example"),
    ],
)
def test_replies_to_an_award_go_where_its_issuer_wants_them(
    address: str | None, reply_to: str, site: Site, published: Published, make_claimed: Make
) -> None:
    template = replace(published, traits=replace(published.traits, reply_address=address))
    message = parse(make_composer(site, template).compose(make_claimed(template.digest), NOW))
    assert message["Reply-To"] == reply_to


def test_a_test_mail_says_so(composer: Composer, published: Published, make_claimed: Make) -> None:
    usual = parse(composer.compose(make_claimed(published.digest), NOW))["Subject"]
    assert parse(composer.compose(make_claimed(published.digest, test=1), NOW))["Subject"] == f"[Test] {usual}"


def test_the_service_has_no_customer(
    site: Site, published: Published, make_claimed: Make, all_facts: dict[str, Any]
) -> None:
    template = plain(published, "ticket_received")
    claimed = make_claimed(template.digest, {"kind": "ticket_received", "issuer_id": None}, **all_facts)
    message = parse(make_composer(site, template).compose(claimed, NOW))
    assert message["Feedback-ID"] == "ticket_received:service:account:badgepost"


def test_an_address_beyond_ascii_needs_smtputf8(composer: Composer, published: Published, make_claimed: Make) -> None:
    mail = composer.compose(make_claimed(published.digest, {"rcpt_to": "añ@mail.example"}), NOW)
    assert mail.needs_smtputf8
    assert "To: Anna Berg <añ@mail.example>\r\n".encode() in mail.data
    assert verdicts(mail.data) == [True, True]


def test_a_hosted_image_is_not_part_of_the_mail(site: Site, published: Published, make_claimed: Make) -> None:
    hosted = replace(published, traits=replace(published.traits, image_src="https://badges.example/images/x.png"))
    message = parse(make_composer(site, hosted).compose(make_claimed(hosted.digest), NOW))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_without_a_key_there_is_no_signature(site: Site, published: Published, make_claimed: Make) -> None:
    mail = make_composer(site, published, []).compose(make_claimed(published.digest), NOW)
    assert b"DKIM-Signature" not in mail.data


def test_a_missing_template_or_fact_is_a_fault(composer: Composer, published: Published, make_claimed: Make) -> None:
    with pytest.raises(KeyError):
        composer.compose(make_claimed("0" * 64), NOW)
    facts = json.dumps({"name": "Anna"})
    with pytest.raises(KeyError):
        composer.compose(make_claimed(published.digest, {"facts": facts}), NOW)
