"""One HTTP request as a mail program makes it: no cookies, no redirects followed, the certificate verified."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

_MOST = 64 * 1024
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came back."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    certificate_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why nothing came back."""

    reason: str
    is_untrusted: bool = False
    """Something is there, with a certificate that nobody can believe."""


def ask(url: str, seconds: float, form: str | None = None) -> WebAnswer | NoAnswer:
    """GET `url`, or POST it `form` (application/x-www-form-urlencoded)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(host, parts.port, timeout=seconds, context=ssl.create_default_context())
    else:
        connection = HTTPConnection(host, parts.port, timeout=seconds)
    try:
        return _exchange(connection, parts.path or "/", form)
    except ssl.SSLCertVerificationError as fault:
        return NoAnswer(f"its certificate cannot be trusted: {fault.verify_message}", is_untrusted=True)
    except (OSError, HTTPException, ValueError) as fault:
        return NoAnswer(getattr(fault, "strerror", None) or str(fault) or type(fault).__name__)
    finally:
        connection.close()


def _exchange(connection: HTTPConnection, path: str, form: str | None) -> WebAnswer:
    connection.connect()
    socket = connection.sock
    ends = None
    if isinstance(socket, ssl.SSLSocket) and (certificate := socket.getpeercert()):
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    if form is None:
        connection.request("GET", path)
    else:
        connection.request("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return WebAnswer(response.status, headers, response.read(_MOST), ends)
