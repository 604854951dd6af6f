"""The way back: a delivery report about nobody is handed to our own listener, and must come out as a report.

Its id names no mail of ours, so nothing is booked against anybody; what is written is one mail that came in, and the
decision on it, as for every report.
"""

import smtplib
import socket
import time
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from badgepost.doctor.patient import CannotKnowError, Patient
from badgepost.doctor.results import Result, failed, passed, warned
from badgepost.health import reach
from badgepost.setting_groups import Listener
from badges.ids import make_id
from badges.transactions import reading
from desk.words import Outcome
from inbound.fingerprint import make_fingerprint
from inbound.tables import Decision, Delivery, RawMail

_PROXY_HEADER = b"PROXY TCP4 127.0.0.1 127.0.0.1 1 1\r\n"
"""Version 1: what a listener behind a proxy wants to see first."""
_PATIENCE = 0.6
"""Of a check's time, for the decision."""
_LOOK_EVERY = 0.2
_PROBE = """\
From: Mail Delivery System <MAILER-DAEMON@{domain}>
To: {address}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <{id}.doctor@{domain}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_{id}"

--=_{id}
Content-Type: text/plain; charset=us-ascii

This is a probe of badgepost doctor. It is about no mail and no person.

--=_{id}
Content-Type: message/delivery-status

Reporting-MTA: dns; doctor.{domain}

Final-Recipient: rfc822; nobody@{domain}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 a probe of badgepost doctor

--=_{id}--
"""


def check_bounce_loop(patient: Patient) -> Iterator[Result]:
    """Does a report that comes back get in, and is it known for one?"""
    listener, domain = patient.settings.listener, patient.settings.mail_domain
    if not listener.enabled or listener.port == 0:
        raise CannotKnowError("no listener is started from here", "run doctor where badgepost listen runs")
    engine = reading(patient.service.engine)
    probe_id = make_id()
    address = f"bounce+{probe_id}@{domain}"
    content = make_probe(probe_id, domain, address, patient.clock())
    where = f"{listener.host}:{listener.port}"
    try:
        _hand_over(listener, address, content, patient.patience)
    except smtplib.SMTPRecipientsRefused as fault:
        said = b" ".join(text for _, text in fault.recipients.values()).decode("utf-8", "replace")
        remedy = "restart the listener: it was started with another mail_domain"
        yield failed(f"{where} refuses mail to bounce+id@{domain}: {said}", remedy)
        return
    except (OSError, smtplib.SMTPException) as fault:
        words = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
        yield failed(f"{where} does not take a report: {words}", "start badgepost listen, and look at its log")
        return
    fingerprint = make_fingerprint("", content)
    ends = time.monotonic() + patient.seconds * _PATIENCE
    with engine.connect() as connection:
        query = (
            select(col(Delivery.id), col(Decision.outcome), col(Decision.rule))
            .join(RawMail, col(RawMail.id) == col(Delivery.raw_mail_id))
            .outerjoin(Decision, col(Decision.delivery_id) == col(Delivery.id))
            .where(col(RawMail.fingerprint) == fingerprint)
        )
        while True:
            row = connection.execute(query).first()
            connection.rollback()  # the next look is to see what was written since
            if (row is not None and row.outcome is not None) or time.monotonic() > ends:
                break
            time.sleep(_LOOK_EVERY)
    yield _judge(row, where, patient.seconds * _PATIENCE)


def make_probe(probe_id: str, domain: str, address: str, now: datetime) -> bytes:
    """Return a delivery report (RFC 3464) to `address` about no mail."""
    text = _PROBE.format(id=probe_id, domain=domain, address=address, date=format_datetime(now))
    return text.replace("\n", "\r\n").encode("ascii")


def _judge(row: Any, where: str, seconds: float) -> Result:
    if row is None:
        seen = f"what listens at {where} took a report, and it is not in this database"
        return failed(seen, "let the listener run with the same database_url as this command")
    if row.outcome is None:
        seen = f"a report came in at {where}, and was not dealt with within {seconds:.0f} seconds"
        return warned(seen, "look whether badgepost process runs, and at its log")
    if row.outcome != Outcome.BOUNCE.value:
        seen = f"a report was taken for something else: {row.outcome}, by rule {row.rule or 'none'}"
        return failed(seen, "look at the guards in the rules (badgepost inbound list shows it): bounces are not booked")
    return passed(f"a report about nobody came in at {where}, was known for one, and booked against nobody")


def _hand_over(listener: Listener, address: str, content: bytes, seconds: float) -> None:
    """Raises `OSError` and `smtplib.SMTPException`."""
    host = reach(listener.host)
    kind = _Lmtp if listener.protocol == "lmtp" else _Smtp
    client = kind(local_hostname="localhost")
    client.begins_with = _PROXY_HEADER if _is_proxy(listener, host) else b""
    client.timeout = seconds
    code, greeting = client.connect(host, listener.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, greeting)
    with client:
        client.sendmail("", [address], content)


def _is_proxy(listener: Listener, host: str) -> bool:
    try:
        return any(ip_address(host) in network for network in listener.proxies)
    except ValueError:
        return False


class _Smtp(smtplib.SMTP):
    begins_with = b""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """As the library, which leaves this place for it, but a header comes first."""
        connection = socket.create_connection((host, port), timeout)
        connection.sendall(self.begins_with)
        return connection


class _Lmtp(_Smtp):
    ehlo_msg = "lhlo"
