"""aiosmtpd's protocol, made cheap to begin: what it works out anew for each connection is worked out once.

Here belongs what leans on aiosmtpd's private names; a test compares them with the installed version. Its constructor
walks over all members of two objects for each connection (a fifth of the time of a short mail), and its parser of
addresses was a sixth.
"""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP

from inbound.listener.paths import read_path
from inbound.listener.reception import Reception

STREAM_LIMIT = 1 << 16
"""Bytes that are read ahead: aiosmtpd's 1001 make the transport stop and go every two kilobytes."""


class StockSession(SMTP):
    """A session with all attributes of aiosmtpd's own, and none of its optional parts (AUTH, hooks of a handler)."""

    # As optional as aiosmtpd declares them, they would have to be asserted in every line.
    session: Any
    envelope: Any
    transport: Any
    _reader: Any
    _writer: Any
    _tls_protocol: Any

    commands: tuple[str, ...] = ()
    """The commands that subclasses obey, each by a method `smtp_…`."""

    def __init__(self, reception: Reception) -> None:
        self.loop = reception.loop
        asyncio.StreamReaderProtocol.__init__(
            self,
            asyncio.StreamReader(limit=STREAM_LIMIT, loop=self.loop),
            client_connected_cb=self._cb_client_connected,
            loop=self.loop,
        )
        self.__ident__ = "badgepost"
        self.event_handler = None
        self.hostname = reception.hostname
        self.data_size_limit = reception.limits.message_bytes
        self.enable_SMTPUTF8 = True
        self.tls_context = reception.tls
        self._timeout_duration = reception.limits.idle_seconds
        self._smtp_methods = {name: getattr(self, f"smtp_{name}") for name in self.commands}
        self._set_unused()

    def _set_unused(self) -> None:
        self._decode_data = False
        self.require_starttls = False
        self.session = self.envelope = self.transport = None
        self._timeout_handle = self._handler_coroutine = None
        self._tls_handshake_okay = True
        self._tls_protocol = self._original_transport = None
        self._auth_require_tls = True
        self._auth_required = False
        self._auth_methods: dict[str, Any] = {}
        self._auth_callback = self._authenticator = None
        self._proxy_timeout = None
        self._handle_hooks: dict[str, Any] = {}
        self._ehlo_hook_ver = None
        self._enforce_call_limit = False

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Take a path apart for `smtp_MAIL` and `smtp_RCPT`; both None if it is none."""
        return read_path(arg.lstrip()) or (None, None)
