"""`badgepost serve`: the pages in this process, everything else as its children, until a signal says stop.

Here belongs the life of the whole: listen, start, look after, drain. The pages are put together in `web.app`, the
children are kept by `children`.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from types import FrameType

import uvicorn

from badgepost.children import Child, Children
from badgepost.doctor.gate import guard
from badgepost.health import check_health
from badgepost.judging import find_rules, make_lookup, make_trust
from badgepost.listening import bind, load_tls
from badgepost.opening import find_templates
from badgepost.readiness import Readying
from badgepost.refusal import Refusal
from badgepost.settings import Settings
from badgepost.shown_keys import list_keys
from badgepost.shown_settings import list_settings
from badgepost.wiring import Service, make_work
from inbound.authentication.resolver import Resolver
from web.app import create_app
from web.needs import Judging, WebService
from web.operation import Operation

DRAIN_SECONDS = 45.0
"""How long workers may take to finish what they have under way; theirs is 30 seconds."""
_LOOK_EVERY = 0.5


def make_web_service(service: Service, clock: Callable[[], datetime]) -> WebService:
    """Return what the pages stand on."""
    settings = service.settings
    return WebService(
        office=guard(service, Resolver()).office,
        support_address=settings.support_address,
        clock=clock,
        templates=find_templates() / "pages",
        judging=Judging(find_rules().read_text(encoding="utf-8"), make_trust(settings), make_lookup()),
        operation=Operation(
            list_keys=partial(list_keys, settings),
            list_settings=partial(list_settings, settings),
            check_health=partial(check_health, service),
            check_ready=Readying(service).check,
            readyz_allow=settings.readyz_allow,
        ),
        outbox=settings.outbox_dir() if settings.transport == "outbox" else None,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one. Raises `Refusal` if it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise Refusal(
            f"cannot listen on {host} port {port}: {error.strerror}; set web_port (and base_url) to another"
        ) from error


class PageServer:
    """The pages on a socket, in a thread of their own: the main thread keeps the signals.

    What a connection from one of the networks `proxies` says in X-Forwarded-For is believed, and nobody else's.
    """

    def __init__(
        self, service: WebService, listener: socket.socket, proxies: Sequence[str] = ("127.0.0.1", "::1")
    ) -> None:
        self.app = create_app(service)
        # No access log: the paths of token pages are secrets.
        config = uvicorn.Config(
            self.app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            forwarded_allow_ips=list(proxies),
        )
        self._server = uvicorn.Server(config)
        self._listener = listener
        self._thread = Thread(target=self._run, name="pages", daemon=True)

    def start(self) -> None:
        """Begin to answer; requests that come earlier wait in the socket's backlog."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the pages are still being served."""
        return self._thread.is_alive()

    def retire(self) -> None:
        """Go on answering, and have load balancers send requests elsewhere."""
        self.app.state.is_retiring = True

    def stop(self) -> None:
        """Answer what has been asked, then end."""
        self.app.state.watch.stop()  # the server waits for streams that would go on for hours
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])


@dataclass(frozen=True)
class Running:
    """What a start came to, for whoever tells people where to look."""

    address: str
    port: int


def serve(service: Service, announce: Callable[[Running], None]) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status. Raises `Refusal` before anything has started."""
    settings = service.settings
    if settings.workers:
        make_work(service)  # What a worker would refuse, a DKIM key that is missing, say, stops the start of all.
    if settings.listener.enabled:
        load_tls(settings.listener)
        bind(settings.listener).close()
    listener = listen(settings.web_host, settings.web_port)
    stop = Event()
    _stop_on_signals(stop)
    proxies = [str(network) for network in settings.web_proxies]
    pages = PageServer(make_web_service(service, lambda: datetime.now(UTC)), listener, proxies)
    children = Children(list(_make_children(settings)))
    pages.start()
    children.look_after()
    announce(Running(settings.web_host, listener.getsockname()[1]))
    try:
        while pages.is_alive and not stop.wait(_LOOK_EVERY):
            children.look_after()
        return 0 if stop.is_set() else 1
    finally:
        pages.retire()
        children.stop(DRAIN_SECONDS)
        pages.stop()


def _make_children(settings: Settings) -> Iterator[Child]:
    if settings.listener.enabled:
        yield _make_child("listener", "listen")
    for number in range(1, settings.workers + 1):
        yield _make_child(f"serve-{number}", "worker", "--name", f"serve-{number}")
    for number in range(1, settings.processors + 1):
        yield _make_child(f"processor-{number}", "process", "--name", f"processor-{number}")
    for number in range(1, settings.hook_senders + 1):
        yield _make_child(f"hooks-{number}", "hooks")


def _make_child(name: str, *arguments: str) -> Child:
    return Child(name, [sys.executable, "-m", "badgepost.child_of", str(os.getpid()), *arguments])


def _stop_on_signals(stop: Event) -> None:
    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
