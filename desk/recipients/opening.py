"""That a person has used a link of a mail: noted once an award, when the page behind the link is touched.

Here belong the two acts. Mail scanners fetch every link and even run the scripts of a page; what they do not do is
press a key or a button in it. So GET notes nothing, and the pages' script tells of the first such gesture.
"""

import json
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.tables import Assertion
from badges.transactions import reading
from desk.office import Office
from desk.passwords import OpenForm, read_password_link
from mailer.queue.tables import Message

_KINDS = ("issuance", "reminder")
"""Mails about an award that bring a password link."""
_MOST = 200


def note_link_opened(office: Office, token: str, now: datetime) -> bool:
    """Note it for the award whose mail brought this password link; return whether the link opens anything."""
    form = read_password_link(office, token, now)
    if not isinstance(form, OpenForm):
        return False
    with reading(office.engine).connect() as connection:
        assertion_id = _find_award(connection, form)
    if assertion_id is not None:
        note_badge_opened(office, form.person.earner_id, assertion_id, now)
    return True


def note_badge_opened(office: Office, earner_id: str, assertion_id: str, now: datetime) -> None:
    """Note it for an award of the earner's, once."""
    is_theirs = (col(Assertion.id) == assertion_id, col(Assertion.earner_id) == earner_id)
    unopened = (*is_theirs, col(Assertion.opened_at).is_(None))
    with reading(office.engine).connect() as connection:  # whoever comes again must not wait for who writes
        if connection.execute(select(col(Assertion.id)).where(*unopened)).first() is None:
            return
    with office.engine.begin() as connection:
        connection.execute(update(Assertion).where(*unopened).values(opened_at=now))


def _find_award(connection: Connection, form: OpenForm) -> str | None:
    query = select(col(Message.facts)).where(
        col(Message.earner_id) == form.person.earner_id, col(Message.kind).in_(_KINDS)
    )
    for text in connection.execute(query.order_by(col(Message.written_at).desc()).limit(_MOST)).scalars():
        facts = json.loads(text)
        if facts.get("serial") == form.serial and facts.get("account") == form.person.account_id:
            return str(facts["assertion"])
    return None
