"""Every kind of act on the same two people at once, in PostgreSQL: none waits in a circle, none meets a fault.

An act may find that another was first and refuse; what it may not do is end in a fault of the database, as a deadlock
or two who write the same row would be. Workers hand out and settle what is written meanwhile.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from badges.links import Purpose
from badges.transactions import reading
from desk.accounts.address_links import confirm_address
from desk.accounts.addresses import make_primary, remove_address
from desk.accounts.changing_password import change_password
from desk.accounts.details import Details
from desk.accounts.naming_addresses import name_address
from desk.accounts.own_data import take_own_data
from desk.accounts.profile import change_details
from desk.accounts.sessions import log_out_elsewhere
from desk.correcting import correct_address
from desk.expiry_notices import notify_of_expiry
from desk.hooks.chores import do_chores
from desk.hooks.mails import MailHooks
from desk.not_me import report_not_me
from desk.reminders import remind
from desk.renaming import rename_earner
from desk.resending import resend_to
from desk.words import Intent, Outcome
from mailer.delivery.outcomes import Bounced, Phase, Sent
from mailer.queue.claiming import claim
from mailer.queue.leases import register
from mailer.queue.recording import Intent as Attempt
from mailer.queue.recording import Result, record
from mailer.queue.settling import Policy, settle
from tests.desk.accounts.door import ANNA, JANE, PASSWORD, Door, set_password_of
from tests.desk.accounts.resident import SOURCE, Resident
from tests.desk.hooks.desks import listen_at
from tests.desk.requests.conftest import Counter
from tests.mailer.postgresql import PROGRAMS

pytestmark = pytest.mark.needs(*PROGRAMS)

THREADS, ACTS = 8, 20
NEW = "jane.new@mail.example"

Act = Callable[[], Any]


def list_acts(door: Door, seed: int) -> list[Act]:  # the acts of one thread, in its own order
    desk, resident, counter = door.desk, Resident(door), Counter(door.desk)
    office, chance = desk.office, random.Random(seed)
    now = desk.now + timedelta(days=8, seconds=seed)
    anna = counter.earner(ANNA)
    people = [counter.jane, anna] if seed % 2 else [anna, counter.jane]
    owner = resident.owner(JANE)
    not_me = office.links.mint(Purpose.NOT_ME, [desk.assertion_of(JANE)], now)
    roster = [f"{address},{name}" for address, name in ((JANE, "Jane Smith"), (ANNA, "Anna Müller"))]

    def confirm() -> Any:
        name_address(office, owner, NEW, SOURCE, now)
        query = "SELECT id FROM pending_address WHERE address = :a"
        return [
            confirm_address(office, office.links.mint(Purpose.CONFIRM_ADDRESS, [row.id], now), SOURCE, now)
            for row in desk.rows(query, a=NEW)
        ]

    def deliver() -> None:
        with office.engine.begin() as connection:
            lease = f"lease{seed}"
            if not connection.execute(text("SELECT 1 FROM worker_lease WHERE id = :id"), {"id": lease}).all():
                register(connection, lease, f"worker{seed}", "here", now)
            messages = claim(connection, lease, 20, now).messages
        outcomes = [chance.choice((Sent("250 ok"), Bounced(Phase.RCPT, "550 no"))) for _ in messages]
        with office.engine.begin() as connection:
            record(connection, [Attempt(message, "relay", now) for message in messages])
        with office.engine.begin() as connection:
            steps = [
                Result(message, outcome, settle(message, outcome, "relay", now, Policy()), now)
                for message, outcome in zip(messages, outcomes, strict=True)
            ]
            record(connection, steps, MailHooks())

    def chores() -> None:
        with office.engine.begin() as connection:
            do_chores(connection, now)

    renames = tuple(counter.rename(f"Name {chr(65 + seed % 26)}", who) for who in people)
    acts: list[Act] = [
        lambda: rename_earner(office, people[0], f"Other {chr(65 + seed % 26)}", now),
        lambda: correct_address(office, ANNA, f"anna{seed}@mail.example", now),
        lambda: correct_address(office, f"anna{seed}@mail.example", ANNA, now),
        lambda: resend_to(office, JANE, now),
        lambda: remind(office, now),
        lambda: notify_of_expiry(office, now),
        lambda: report_not_me(office, not_me, now),
        lambda: desk.issue("email,name\n" + "\n".join(roster[:: chance.choice((1, -1))]), badge="mentor"),
        lambda: counter.carry_out(counter.order(Outcome.APPLY, Intent.NAME_CHANGE, changes=renames)),
        lambda: door.try_login(JANE, chance.choice((PASSWORD, "wrong"))),
        lambda: change_password(office, owner, PASSWORD, PASSWORD + "!", SOURCE, now),
        lambda: change_details(office.engine, owner.earner_id, Details("Corp", str(seed)), "es", SOURCE, now),
        lambda: make_primary(office, owner, NEW, PASSWORD, SOURCE, now),
        lambda: make_primary(office, owner, JANE, PASSWORD, SOURCE, now),
        lambda: remove_address(office, owner, NEW, SOURCE, now),
        lambda: take_own_data(office, owner, SOURCE, now),
        lambda: log_out_elsewhere(office, owner, SOURCE, now),
        confirm,
        deliver,
        chores,
    ]
    return chance.sample(acts * 2, ACTS)


@pytest.mark.parametrize("seed", range(2))
def test_no_act_ends_in_a_fault(on_postgresql: None, door: Door, seed: int) -> None:
    for address in (JANE, ANNA):
        set_password_of(door.desk, address)
    Counter(door.desk).give_badge(ANNA, "bridge")
    listen_at(door.desk, "https://hooks.example/")
    lists = [list_acts(door, 100 * seed + number) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(lambda acts=acts: [act() for act in acts]) for acts in lists]:
            done.result()
    with reading(door.desk.office.engine).connect() as connection:
        primary = "SELECT earner_id FROM earner_address WHERE is_primary GROUP BY 1 HAVING count(*) <> 1"
        assert connection.execute(text(primary)).all() == []
