"""What the peers are given, made from the product's own sources: templates, values, headers, the image, the key.

The HTML for the Node peer is the published kind rendered without inlining, with an ejs tag where a recipient's value
stands: one source for each set of optional slots, so that ejs has no conditions to decide.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import Environment, FileSystemLoader

from bench.fixture import NOW
from bench.peers.naive import NaiveMailer, Templates
from bench.peers.node import Sources
from bench.peers.order import Order, Picture, Signing
from bench.stage import KIND, SITE, TEMPLATES, Stage
from mailer.filling import fill_slots
from mailer.keys import to_pem
from mailer.notices import NOTICES
from mailer.queue.claimed import Claimed

SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "auto-submitted",
    "feedback-id",
)
"""The header fields of ours, all signed; the peers sign the same ones."""

PREMAILER_OPTIONS: dict[str, object] = {
    "strip_important": False,
    "disable_validation": True,
    "allow_network": False,
    "disable_link_rewrites": True,
    "pretty_print": False,
}
"""What ours inlines with. The defaults are slower and break the dark-mode rules."""


def make_order(stage: Stage, message: Claimed) -> Order:
    """Return what a peer needs to build the mail that ours builds from `message`."""
    facts = json.loads(message.facts)
    values = fill_slots(KIND, facts, stage.published.traits, SITE, stage.office.links, message.id, NOW)
    return Order(
        sender=(stage.published.traits.sender_name, SITE.account_from),
        recipient=(facts["name"], message.rcpt_to),
        reply_to=f"reply+{message.id}@{SITE.mail_domain}",
        date=message.written_at,
        message_id=message.message_id,
        more_headers={
            "Auto-Submitted": "auto-generated",
            "Feedback-ID": f"{KIND}:{message.issuer_id}:{message.stream}:{SITE.feedback_id}",
        },
        values={name: value for name, value in values.items() if value is not None},
        mail_from=f"bounce+{message.id}@{SITE.mail_domain}",
    )


def make_picture(stage: Stage) -> Picture:
    """Return the inline image for the peers."""
    content_id = stage.published.traits.content_id
    assert content_id is not None
    return Picture(stage.image.content, content_id)


def make_signing(stage: Stage) -> Signing:
    """Return the key for the peers."""
    return Signing(stage.key.domain, stage.key.selector, to_pem(stage.key.private_key), SIGNED)


def make_naive_mailer(stage: Stage) -> NaiveMailer:
    """Return the usual Python way with our templates, compiled once."""
    environment = _make_environment()
    html, text, subject = (environment.get_template(f"{KIND}.{end}") for end in ("html", "txt", "subject.txt"))
    templates = Templates(html, text, subject, _constants_of(stage), PREMAILER_OPTIONS)
    return NaiveMailer(templates, make_picture(stage), make_signing(stage))


def make_node_sources(stage: Stage, orders: Iterable[Order]) -> dict[str, Sources]:
    """Return the ejs sources by the names of variants (`variant_of`) that `orders` need."""
    environment = _make_environment()

    def render(file: str, present: frozenset[str], tag: str) -> str:
        words = {name: f"slot0{name.replace('_', '0')}0slot" for name in sorted(present, key=len)}
        text = environment.get_template(file).render({**_constants_of(stage), **words})
        for name, word in words.items():
            text = text.replace(word, tag.format(name))
        return text

    sources: dict[str, Sources] = {}
    for order in orders:
        present = frozenset(order.values)
        sources.setdefault(
            variant_of(order),
            Sources(
                html=render(f"{KIND}.html", present, "<%= {} %>"),
                text=render(f"{KIND}.txt", present, "<%- {} %>"),
                subject=render(f"{KIND}.subject.txt", present, "<%- {} %>").strip(),
            ),
        )
    return sources


def variant_of(order: Order) -> str:
    """Return the name of the set of optional slots that the order has values for."""
    optional = [slot.name for slot in NOTICES[KIND].slots if slot.optional and slot.name in order.values]
    return "-".join(["with", *optional])


def _make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    install: Callable[..., Any] = environment.install_null_translations  # type: ignore[attr-defined]
    install(newstyle=True)
    environment.policies["ext.i18n.trimmed"] = True
    return environment


def _constants_of(stage: Stage) -> dict[str, object]:
    constants = stage.constants
    return {
        "issuer": constants.issuer,
        "badge": constants.badge,
        "language": constants.language,
        "site": constants.site,
        "linkedin": constants.linkedin,
        "wording": None,
    }
