"""`badgepost listen`: mail from a socket into the database, until a signal says stop.

Here belongs the life of the listener's process. The conversation stands in `inbound.listener`, the commit in
`inbound.store`; nothing else runs here, so that nothing holds up the 250.
"""

import asyncio
import gc
import signal
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import uvloop

from badgepost.refusal import Refusal
from badgepost.setting_groups import Listener as ListenerSettings
from badgepost.wiring import Service
from inbound.listener.limits import Limits
from inbound.listener.reception import Reception
from inbound.listener.recipients import Recipients
from inbound.listener.server import Listener
from inbound.store import MailStore

DRAIN_SECONDS = 30.0
"""How long transactions may take to end after a signal."""


def bind(settings: ListenerSettings) -> socket.socket:
    """Return a bound socket; port 0 takes any free one. Raises `Refusal` if it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise Refusal(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; set listener.port to another, "
            "or listener.enabled to false if no mail is to come in here"
        ) from error


def load_tls(settings: ListenerSettings) -> ssl.SSLContext | None:
    """Return what STARTTLS needs, or None if it is not offered. Raises `Refusal` if a file is no use."""
    if settings.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as error:  # ssl.SSLError is one
        raise Refusal(f"listener.tls_certificate {settings.tls_certificate}: {error.strerror or error}") from error
    return context


def take_mail(service: Service, announce: Callable[[str, int], None]) -> None:
    """Listen until SIGTERM or SIGINT; mails under way are finished first. Raises `Refusal` before anything started."""
    settings = service.settings.listener
    tls = load_tls(settings)
    listening = bind(settings)
    announce(settings.host, listening.getsockname()[1])
    # What is loaded by now stays: the garbage collection of each hundred connections need not walk over it again.
    gc.freeze()
    with MailStore(service.engine) as store:
        uvloop.run(_listen(service, store, tls, listening))


async def _listen(service: Service, store: MailStore, tls: ssl.SSLContext | None, listening: socket.socket) -> None:
    settings, own = service.settings.listener, service.settings
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reception = Reception(
        hostname=own.helo_name or socket.getfqdn(),
        knows=Recipients(own.support_address, own.mail_domain).knows,
        keep=store.keep,
        clock=lambda: datetime.now(UTC),
        protocol=settings.protocol,
        limits=Limits(**settings.limits.model_dump()),
        tls=tls,
        proxies=settings.proxies,
    )
    listener = Listener(reception)
    await listener.start(listening)
    await stop.wait()
    await listener.stop(DRAIN_SECONDS)
