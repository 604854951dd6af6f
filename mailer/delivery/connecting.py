"""Opening a connection to a relay: TCP, TLS with the certificate verified, EHLO, AUTH. All of it is aiosmtplib's.

Here belongs the way to a connection that is ready for MAIL. From there on it is ours (`conversation`): the library
runs regular expressions over every body and waits for every reply.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import cast

import aiosmtplib

from mailer.delivery.conversation import Conversation
from mailer.delivery.relay import Relay, Timeouts
from wire.capabilities import Capabilities, parse_capabilities
from wire.reply import Reply

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Connected:
    """Ready for MAIL."""

    conversation: Conversation
    capabilities: Capabilities


@dataclass(frozen=True)
class Refused:
    """No mail can go this way now: nobody's bounce."""

    reason: str


def make_tls_context(relay: Relay) -> ssl.SSLContext | None:
    """Return the context that verifies `relay`'s certificate and name; None for a relay without TLS.

    Raises `OSError` (`ssl.SSLError` among them) for a `ca_file` that cannot be read.
    """
    if relay.tls == "none":
        return None
    return ssl.create_default_context(cafile=None if relay.ca_file is None else str(relay.ca_file))


async def connect(
    relay: Relay, timeouts: Timeouts, helo_name: str, tls_context: ssl.SSLContext | None
) -> Connected | Refused:
    """Open a connection to `relay`, or say why that cannot be done now."""
    if relay.user and relay.tls == "none" and relay.host not in THIS_MACHINE:
        return Refused('a log-in without TLS would show the password to the network: set tls = "starttls"')
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.user,
        password=relay.password,
        local_hostname=helo_name,
        timeout=timeouts.connect,
        use_tls=relay.tls == "implicit",
        start_tls=relay.tls == "starttls",
        tls_context=tls_context,
    )
    refused = await _introduce(client)
    if refused is not None:
        client.close()  # the library closes only what it refused itself
        return refused
    return _take_over(client)


async def _introduce(client: aiosmtplib.SMTP) -> Refused | None:
    try:
        await client.connect()
        if client.last_ehlo_response is None:
            await client.ehlo()
    except ssl.SSLCertVerificationError as fault:
        return Refused(f"its certificate cannot be trusted: {fault.verify_message}")
    except aiosmtplib.SMTPAuthenticationError as fault:
        return Refused(f"it refuses our log-in: {fault.code} {fault.message}")
    except (aiosmtplib.SMTPException, OSError) as fault:
        return Refused(_in_words(fault))
    return None


def _take_over(client: aiosmtplib.SMTP) -> Connected | Refused:
    offered = client.last_ehlo_response
    if client.transport is None or client.transport.is_closing() or offered is None:
        return Refused("it hung up after the greeting")
    conversation = Conversation(cast("asyncio.Transport", client.transport))
    return Connected(conversation, parse_capabilities(Reply(offered.code, None, tuple(offered.message.split("\n")))))


def _in_words(fault: Exception) -> str:
    cause = fault.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {cause.verify_message}"
    if isinstance(fault, aiosmtplib.SMTPResponseException):
        return f"{fault.code} {fault.message}"
    return str(fault) or type(fault).__name__
