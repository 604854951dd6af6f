"""Rows through the ORM: SQLModel `add_all` for many, and a commit a step for a queue.

The queue is the way most programs start: take the oldest row, mark it, build the mail, send it over an open
connection, mark it again.
"""

import smtplib
from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from mailer.queue.tables import Message


def add_all(engine: Engine, *groups: Sequence[SQLModel]) -> None:
    """Insert the rows in one transaction, group after group: no row names one of a later group as its foreign key."""
    with Session(engine) as session:
        for rows in groups:
            session.add_all(rows)
            session.flush()
        session.commit()


def drain(engine: Engine, connection: smtplib.SMTP, build: Callable[[Message], tuple[str, bytes]]) -> int:
    """Send every queued message, one after another; return how many. `build` gives reverse-path and bytes."""
    sent = 0
    with Session(engine) as session:
        oldest = select(Message).where(Message.state == "queued").order_by(col(Message.due_at)).limit(1)
        while row := session.exec(oldest).first():
            row.state = "sending"
            row.attempts += 1
            session.commit()
            mail_from, data = build(row)
            connection.sendmail(mail_from, [row.rcpt_to], data)
            row.state = "sent"
            session.commit()
            sent += 1
    return sent
