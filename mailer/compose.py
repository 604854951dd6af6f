"""Composing: from a claimed message to the bytes that go to the next hop.

Here belong the header fields of every mail and the order of the steps: fill, frame, sign. No template language, no
inlining and no parsing of keys happens here; what many mails have in common is made once and kept.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from badges.links import LinkMaker
from mailer.dkim import Signer
from mailer.filling import Facts, Site, fill_slots
from mailer.mime import CONTENT_TYPE, Frame, ImageBytes, make_frame
from mailer.notices import NOTICES, Notice, Stream
from mailer.queue.claimed import Claimed
from mailer.replying import make_reply_subject, thread_fields
from mailer.templates.published import Published
from wire.header import mailbox, structured, unstructured

KEPT_TEMPLATES = 64
"""Templates whose parts are kept ready; each weighs about as much as its image and its variants, some 200 KB."""

NO_CUSTOMER = "service"
"""In Feedback-ID, of mails that the service writes in its own name."""

TEST_MARK = "[Test]"
"""Before the subject of a mail that staff sends itself to look at (`desk.sampling`)."""

LoadTemplate = Callable[[str], Published]
"""Returns the published template of a digest. Raises `KeyError` if there is none."""
LoadImage = Callable[[str], ImageBytes]
"""Returns the picture of a digest. Raises `KeyError` if there is none."""
LoadBaked = Callable[[str], bytes | None]
"""Returns what is baked into a picture for a credential's id (`badges.openbadges.baking.make_chunks`), signed; None if
there is no such credential."""


def bake_nothing(_credential_id: str) -> None:
    """Leave the picture plain: for samples, which are about nobody."""


@dataclass(frozen=True)
class Composed:
    """A whole mail and its envelope (RFC 5321 section 2.3.1)."""

    mail_from: str
    rcpt_to: str
    data: bytes
    """CRLF everywhere, no line that starts with a dot, ends in CRLF: written as it is after DATA."""
    needs_smtputf8: bool
    """The recipient's address is not ASCII: only a relay with SMTPUTF8 (RFC 6531) can take it."""


@dataclass(frozen=True)
class _Prepared:
    """What all mails from one template to earners of one issuer have in common."""

    published: Published
    frame: Frame
    fields: tuple[bytes, ...]


class Composer:
    """Composes mails. Holds no built mail; one instance serves a whole worker."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a mail is made of
        self,
        site: Site,
        links: LinkMaker,
        signer: Signer,
        load_template: LoadTemplate,
        load_image: LoadImage,
        load_baked: LoadBaked = bake_nothing,
    ) -> None:
        self._site = site
        self._links = links
        self._signer = signer
        self._load_template = load_template
        self._load_image = load_image
        self._load_baked = load_baked
        self._prepare = lru_cache(maxsize=KEPT_TEMPLATES)(self._prepare_template)

    def compose(self, message: Claimed, now: datetime) -> Composed:
        """Return the mail of `message`. `now` dates the links and the signatures; all else is fixed by the row.

        The picture is that of the credential in the facts; messages of old and samples have none, and it stays plain.
        Raises `HeaderFault` if a recorded name or address cannot stand in a header, and `KeyError` if a fact, the
        template or the image is missing: faults in what was recorded, which trying again does not mend.
        """
        prepared = self._prepare(message.template_digest, message.issuer_id)
        published = prepared.published
        facts: Facts = json.loads(message.facts)
        values = fill_slots(published.kind, facts, published.traits, self._site, self._links, message.id, now)
        filled = published.fill(values)
        fields = [*prepared.fields, *self._row_fields(message, published, facts, filled.subject)]
        unsubscribe = values.get("unsubscribe_url")
        if unsubscribe:
            fields.append(structured("List-Unsubscribe", f"<{unsubscribe}>"))
        body = prepared.frame.enclose(filled.text, filled.html, self._bake(prepared, facts))
        signatures = self._signer.sign(fields, body, now)
        return Composed(
            mail_from=f"bounce+{message.id}@{self._site.mail_domain}",
            rcpt_to=message.rcpt_to,
            data=b"".join([signatures, *fields, b"\r\n", *body]),
            needs_smtputf8=not message.rcpt_to.isascii(),
        )

    def _bake(self, prepared: _Prepared, facts: Facts) -> bytes | None:
        credential_id = facts.get("credential")
        # Nobody but its earner is given a credential.
        if prepared.frame.image is None or not credential_id or not NOTICES[prepared.published.kind].to_earner:
            return None
        return self._load_baked(credential_id)

    def _row_fields(self, message: Claimed, published: Published, facts: Facts, subject: str) -> tuple[bytes, ...]:
        notice = NOTICES[published.kind]
        return (
            mailbox("To", facts["name"] if notice.to_earner else "", message.rcpt_to),
            unstructured("Subject", choose_subject(notice, facts, subject)),
            _date_field(int(message.written_at.timestamp())),
            structured("Message-ID", f"<{message.message_id}>"),
            self._reply_field(
                message, facts["address"] if notice.replies_to_earner else published.traits.reply_address
            ),
            *(thread_fields(facts) if notice.answers else ()),
        )

    def _reply_field(self, message: Claimed, address: str | None) -> bytes:
        # One that is not ASCII would ask for SMTPUTF8, which the recipient's server may not have.
        if address is not None and address.isascii():
            return mailbox("Reply-To", "", address)
        return structured("Reply-To", f"<reply+{message.id}@{self._site.mail_domain}>")

    def _prepare_template(self, digest: str, issuer_id: str | None) -> _Prepared:
        published = self._load_template(digest)
        traits = published.traits
        inline = traits.content_id is not None and traits.image_digest is not None
        image = self._load_image(traits.image_digest) if inline and traits.image_digest else None
        return _Prepared(published, make_frame(image, traits.content_id), self._static_fields(published, issuer_id))

    def _static_fields(self, published: Published, issuer_id: str | None) -> tuple[bytes, ...]:
        notice = NOTICES[published.kind]
        stream = notice.stream
        is_notice = stream is Stream.NOTICES
        address = self._site.notices_from if is_notice else self._site.account_from
        # Google's form: campaign, customer, mail type, and last the sender's own constant name.
        feedback = f"{published.kind}:{issuer_id or NO_CUSTOMER}:{stream}:{self._site.feedback_id}"
        one_click = [structured("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if is_notice else []
        return (
            mailbox("From", published.traits.sender_name, address),
            structured("MIME-Version", "1.0"),
            structured("Content-Type", CONTENT_TYPE),
            structured("Auto-Submitted", _how_submitted(notice)),
            structured("Feedback-ID", feedback),
            *one_click,
        )


def _how_submitted(notice: Notice) -> str:
    # RFC 3834 section 5.
    if notice.by_person:
        return "no"
    return "auto-replied" if notice.answers else "auto-generated"


def choose_subject(notice: Notice, facts: Facts, own: str) -> str:
    """Return the subject of a mail: an answer keeps that of what it answers, where its template has `own`."""
    if notice.answers and facts["re_subject"]:
        return make_reply_subject(facts["re_subject"], facts["reference"]) or own
    return f"{TEST_MARK} {own}" if facts.get("test") else own


@lru_cache(maxsize=64)
def _date_field(second: int) -> bytes:
    return structured("Date", format_datetime(datetime.fromtimestamp(second, UTC)))
