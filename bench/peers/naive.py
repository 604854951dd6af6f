"""The usual Python way: Jinja2, premailer per message, EmailMessage, dkimpy.

The templates are compiled once, as any careful program does; everything else happens for each message, as it does
where these libraries are put together by their documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import dkim
import premailer
from jinja2 import Template

from bench.peers.order import Order, Picture, Signing


@dataclass(frozen=True)
class Templates:
    """Compiled templates and what all recipients have in common."""

    html: Template
    text: Template
    subject: Template
    constants: Mapping[str, object]
    premailer_options: Mapping[str, object]


@dataclass(frozen=True)
class NaiveMailer:
    """Builds and signs whole messages."""

    templates: Templates
    picture: Picture
    signing: Signing

    def build(self, order: Order) -> bytes:
        """Return the signed message."""
        unsigned = self._assemble(order).as_bytes(policy=SMTP)
        signature = dkim.sign(
            unsigned,
            selector=self.signing.selector.encode("ascii"),
            domain=self.signing.domain.encode("ascii"),
            privkey=self.signing.private_key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode("ascii") for name in self.signing.headers],
        )
        return bytes(signature) + unsigned

    def _assemble(self, order: Order) -> EmailMessage:
        values = {**self.templates.constants, **order.values}
        message = EmailMessage(policy=SMTP)
        message["From"] = _address(order.sender)
        message["To"] = _address(order.recipient)
        message["Subject"] = self.templates.subject.render(values).strip()
        message["Date"] = format_datetime(order.date)
        message["Message-ID"] = f"<{order.message_id}>"
        message["Reply-To"] = order.reply_to
        for name, value in order.more_headers.items():
            message[name] = value
        message.set_content(self.templates.text.render(values))
        html = premailer.transform(self.templates.html.render(values), **self.templates.premailer_options)
        message.add_alternative(html, subtype="html")
        html_part = message.get_payload()[1]  # type: ignore[index]
        html_part.add_related(  # type: ignore[union-attr]
            self.picture.content, "image", "png", cid=f"<{self.picture.content_id}>", disposition="inline"
        )
        return message


def _address(pair: tuple[str, str]) -> Address:
    name, address = pair
    return Address(name, addr_spec=address)
