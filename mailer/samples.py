"""Sample mails: messages as the ledger would hold them, about nobody, for lint, previews and tests.

Here belong invented recipients and values. Ids name no row, and links are signed with a key that is thrown away, so
nothing that a sample shows opens anything.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from badges.assertions import expiry_of
from badges.links import LinkMaker
from mailer.compose import Composer, LoadImage
from mailer.dkim import Signer
from mailer.filling import Site
from mailer.notices import NOTICES
from mailer.queue.claimed import Claimed
from mailer.sample_requests import sample_request_facts
from mailer.templates.published import Published

NAME = "María González"
ADDRESS = "maria.gonzalez@mail.example"
SAMPLE_ID = "sample2345"
INVITED_BY = "dana.reyes@asee.example"
VALID_FOR = 36
"""Months."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """Who a sample mail is to, and which of the optional values it has."""

    name: str = NAME
    address: str = ADDRESS
    valid_for: int | None = VALID_FOR
    """Months until the badge expires; None: never."""
    needs_password: bool = True
    """The account has no password yet, so the mail brings the link that sets one."""
    on_record: bool = True
    """Of an answer: the writer has a name and a badge, and whatever else may be missing is there."""
    issued_on: date | None = None
    """Of the award; None: today."""
    expires_on: date | None = None
    """Of the award; None: `valid_for` tells."""

    @property
    def issuer_unlocks(self) -> bool:
        """Of a locked account: the issuer unlocks it; else the earner, with a link in the mail."""
        return self.on_record


def samples_of(kind: str) -> Iterator[Sample]:
    """Yield samples that between them show everything a kind of mail may say."""
    free = {slot.name for slot in NOTICES[kind].slots if slot.optional and slot.follows is None}
    for valid_for in (VALID_FOR, None) if "expires_on" in free else (VALID_FOR,):
        for needs_password in (True, False) if "password_url" in free else (True,):
            for on_record in (True, False) if free - {"expires_on", "password_url"} else (True,):
                yield Sample(valid_for=valid_for, needs_password=needs_password, on_record=on_record)


def sample_facts(kind: str, sample: Sample, now: datetime) -> Facts:
    """Return what the ledger records of such a message (see `mailer.filling`)."""
    day, instant = now.date().isoformat(), now.strftime("%Y-%m-%dT%H:%MZ")
    issued_on = sample.issued_on or now.date()
    expires_on = sample.expires_on or expiry_of(issued_on, sample.valid_for)
    who: Facts = {"name": sample.name, "address": sample.address}
    award: Facts = {
        "issued": issued_on.isoformat(),
        "expires": expires_on.isoformat() if expires_on else None,
        "assertion": SAMPLE_ID,
    }
    account: Facts = {"account": SAMPLE_ID, "serial": 1 if sample.needs_password else None}
    pending: Facts = {"new_address": "maria@home.example", "pending": SAMPLE_ID}
    by_kind: dict[str, Facts] = {
        "issuance": award | account,
        "reminder": award | account,
        "expiry_notice": award,
        "password_link": {"account": SAMPLE_ID, "serial": 1},
        "password_changed": {"changed": instant},
        "name_changed": {"old_name": "Maria Gonzales", "changed": instant},
        "not_me_report": {"issued": day, "assertion": SAMPLE_ID, "reported": day},
        "bounce_digest": {
            "people": [f"{sample.name}, maria@gmial.com", "Tom Berg, tom@post.example"],
            "slug": "asee",
            "reported": day,
        },
        "account_locked": _sample_lock(sample, instant),
        "confirm_address": pending,
        "address_named": pending,
        "address_added": pending,
        "account_deleted": {"changed": instant},
        "member_invited": _sample_invitation(sample),
        "member_password": {"member": SAMPLE_ID, "serial": 1},
        "member_password_changed": {"changed": instant},
        "member_factor_reset": {"changed": instant, "changed_by": INVITED_BY},
        "webhook_disabled": {
            "webhook": "lms.asee.example",
            "issuer_name": "American Society of Example Engineers",
            "failing_since": instant if sample.on_record else None,
        },
        "contact_added": {"new_address": "records@asee.example", "writer": "kim@asee.example", "changed": instant},
        "contact_removed": {"old_address": "records@asee.example", "writer": "kim@asee.example", "changed": instant},
    }
    return who | (by_kind.get(kind) or sample_request_facts(kind, sample.on_record, now))


def _sample_lock(sample: Sample, instant: str) -> Facts:
    return {
        "locked": instant,
        "issuer_name": "American Society of Example Engineers",
        "issuer_support": "credentials@asee.example",
        "account": SAMPLE_ID,
        "stamp": 1,
        "policy": "issuer" if sample.issuer_unlocks else "earner",
    }


def _sample_invitation(sample: Sample) -> Facts:
    """To manage an issuer, for a newcomer; else to work here, for who has a password already."""
    return {
        "invited_by": INVITED_BY,
        "issuer_name": "American Society of Example Engineers" if sample.on_record else None,
        "member": SAMPLE_ID,
        "serial": 1 if sample.on_record else None,
    }


def sample_message(kind: str, template_digest: str, mail_domain: str, sample: Sample, now: datetime) -> Claimed:
    """Return a message of `kind`, as a worker would hold it."""
    return Claimed(
        id=SAMPLE_ID,
        kind=kind,
        stream=NOTICES[kind].stream,
        message_id=f"{SAMPLE_ID}@{mail_domain}",
        issuer_id=SAMPLE_ID if sample.on_record else None,
        earner_id=None,
        batch_id=None,
        rcpt_to=sample.address,
        domain=sample.address.rpartition("@")[2],
        template_digest=template_digest,
        facts=json.dumps(sample_facts(kind, sample, now), ensure_ascii=False),
        written_at=now,
        due_at=now,
        not_later_than=None,
        attempts=0,
        fence=0,
        worker_id=SAMPLE_ID,
    )


def compose_sample(  # noqa: PLR0913 - everything that a mail depends on
    published: Published,
    load_image: LoadImage,
    site: Site,
    sample: Sample,
    now: datetime,
    *,
    signer: Signer | None = None,
) -> bytes:
    """Return a whole mail made from `published`. Its links are signed with a key that nobody keeps."""
    links = LinkMaker([secrets.token_urlsafe()])
    composer = Composer(site, links, signer or Signer([]), lambda _digest: published, load_image)
    message = sample_message(published.kind, published.digest, site.mail_domain, sample, now)
    return composer.compose(message, now).data
