"""The relays: whether each can be reached over TLS, lets us in, and takes mail from us; none is sent.

The envelope that is tried goes to our own support address and is taken back (RSET) before any body.
"""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from socket import getfqdn

from badgepost.doctor.patient import CannotKnowError, Patient, domain_of
from badgepost.doctor.results import Result, failed, passed, unknown, warned
from badgepost.doctor.samples import measure_largest
from badgepost.wiring import make_relays
from mailer.delivery.connecting import Connected, Refused, connect, make_tls_context
from mailer.delivery.conversation import Broken, Conversation
from mailer.delivery.relay import Relay, Timeouts
from wire.capabilities import Capabilities
from wire.reply import Reply

ENDS_SOON = timedelta(days=14)
"""Of a certificate: those that renew themselves do so a month before."""


def check_relay(patient: Patient) -> Iterator[Result]:
    """Is each relay ready to take our mail?"""
    if not patient.sends:
        raise CannotKnowError(f"transport is “{patient.settings.transport}”: mail goes to no relay")
    size = measure_largest(patient)
    for relay in make_relays(patient.settings):
        yield from asyncio.run(_visit(patient, relay, size))


def judge_certificate(name: str, ends: datetime, now: datetime) -> Result | None:
    """Return what is wrong with the time that a certificate has left, or nothing."""
    days = (ends - now).days
    if ends <= now:
        return failed(f"{name}: its certificate ended on {ends:%Y-%m-%d}", "renew it")
    if ends - now < ENDS_SOON:
        return warned(
            f"{name}: its certificate ends in {days} days", "renew it, and see why that does not happen of itself"
        )
    return None


async def _visit(patient: Patient, relay: Relay, size: int) -> list[Result]:
    place = f"{relay.name} ({relay.host}:{relay.port})"
    try:
        context = make_tls_context(relay)
    except OSError as fault:
        return [failed(f"{place}: ca_file {relay.ca_file}: {fault.strerror or fault}", "mend relays.ca_file")]
    helo = patient.settings.helo_name or getfqdn()
    opened = await connect(relay, Timeouts(connect=patient.patience), helo, context)
    if isinstance(opened, Refused):
        return [failed(f"{place}: {opened.reason}", _advise(opened.reason, relay))]
    try:
        found = [_tell_connected(place, relay, opened), *_judge_tls(patient, place, opened.conversation)]
        found += [_judge_offer(place, opened.capabilities, size)]
        return [*found, await _try_envelope(patient, place, opened, size)]
    finally:
        opened.conversation.leave()


def _advise(reason: str, relay: Relay) -> str:
    if "certificate" in reason:
        return "let relays.host be the name in its certificate, or name its authority in relays.ca_file"
    if "log-in" in reason:
        return "mend relays.user and relays.password"
    if "STARTTLS" in reason.upper() and relay.tls == "starttls":
        return 'take the port that offers STARTTLS, or set tls = "implicit" (usually port 465)'
    return "look at relays.host, relays.port and relays.tls, and whether a firewall stands between"


def _tell_connected(place: str, relay: Relay, opened: Connected) -> Result:
    secured = opened.conversation.secured
    how = f"{secured.version()}, certificate verified" if secured else "in the clear"
    login = f"let in as {relay.user}" if relay.user else "no log-in"
    return passed(f"{place}: {how}; {login}")


def _judge_tls(patient: Patient, place: str, conversation: Conversation) -> Iterator[Result]:
    secured = conversation.secured
    certificate = secured.getpeercert() if secured else None
    if certificate:
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
        problem = judge_certificate(place, ends, patient.clock())
        if problem is not None:
            yield problem


def _judge_offer(place: str, offered: Capabilities, size: int) -> Result:
    if offered.size is not None and offered.size < size:
        seen = f"{place} takes mails of {offered.size:,} bytes, and our largest sample has {size:,}"
        return failed(seen, "have its limit raised, or take smaller badge images")
    names = {
        "PIPELINING": offered.pipelining,
        "8BITMIME": offered.eight_bit_mime,
        "SMTPUTF8": offered.smtputf8,
        f"SIZE {offered.size:,}" if offered.size else "SIZE": offered.size is not None,
    }
    has = ", ".join(name for name, is_offered in names.items() if is_offered) or "nothing"
    lacks = ", ".join(name for name, is_offered in names.items() if not is_offered)
    return passed(f"{place} offers {has}" + (f"; not {lacks}" if lacks else ""))


async def _try_envelope(patient: Patient, place: str, opened: Connected, size: int) -> Result:
    settings, conversation = patient.settings, opened.conversation
    sender, recipient = f"bounce+doctor@{settings.mail_domain}", settings.support_address
    if not recipient.isascii():  # which not every relay takes (RFC 6531), and is not the question
        recipient = f"postmaster@{domain_of(recipient)}"
    parameter = f" SIZE={size}" if opened.capabilities.size is not None else ""
    said = []
    for command in (f"MAIL FROM:<{sender}>{parameter}", f"RCPT TO:<{recipient}>", "RSET"):
        conversation.write(f"{command}\r\n".encode())
        reply = await conversation.read(patient.patience)
        if isinstance(reply, Broken):
            return unknown(f"{place}: {reply.reason}, after {command.split(':')[0]}", "look at the relay's log")
        if reply.code >= 400:
            return _judge_refusal(f"{place} refuses {command.split(' SIZE')[0]}", reply)
        said.append(reply.code)
    return passed(f"{place} takes mail from {sender} to {recipient}; none was sent")


def _judge_refusal(words: str, reply: Reply) -> Result:
    if reply.code < 500:
        return warned(f"{words} for now: {reply}", "look at the relay's log, and try again in some minutes")
    return failed(
        f"{words}: {reply}", "have the relay take mail from mail_domain for everybody, after a log-in if need be"
    )
