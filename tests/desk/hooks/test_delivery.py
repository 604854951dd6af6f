"""From something that happened to a system that knows of it: over a real connection, whatever the other side does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from desk.hooks.endpoints import change_key, disable_endpoint, enable_endpoint
from desk.hooks.events import EventKind
from desk.hooks.schedule import WAITS
from desk.hooks.telling import tell_hooks
from tests.desk.conftest import Desk
from tests.desk.hooks.desks import KIM, deliveries, issuer_of, listen_at, open_to_loopback, tell
from tests.desk.hooks.receiver import Receiver, post_due, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hooks(desk: Desk) -> Desk:
    return open_to_loopback(desk)


def test_an_event_is_posted_once_and_signed(hooks: Desk, receiver: Receiver) -> None:
    hooks.now = datetime.now(UTC)  # the oracle has a clock of its own
    endpoint = listen_at(hooks, receiver.url)
    tell(hooks, message="a", address="zoë@corp.example")
    tell(hooks, message="a", address="zoë@corp.example")  # the same again is no news
    post_due(hooks.office, hooks.now)
    post_due(hooks.office, hooks.now)
    (got,) = receiver.got
    told = Webhook(endpoint.secret).verify(got.body, got.headers)
    assert told == {
        "type": "mail.sent",
        "version": 1,
        "timestamp": hooks.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "issuer": "asee",
        "data": {"message": "a", "address": "zoë@corp.example"},
    }
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert deliveries(hooks) == [("delivered", 1, 204, "")]
    stale = str(int(hooks.now.timestamp()) - 600)
    for spoilt in (got.body + b" ", got.body.replace(b"asee", b"esaa")):
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(spoilt, got.headers)
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(endpoint.secret).verify(got.body, got.headers | {"webhook-timestamp": stale})


def test_two_keys_sign_while_one_is_replaced(hooks: Desk, receiver: Receiver) -> None:
    hooks.now = datetime.now(UTC)
    old = listen_at(hooks, receiver.url)
    new = change_key(hooks.office, issuer_of(hooks), old.endpoint_id, KIM, hooks.now)
    tell(hooks)
    post_due(hooks.office, hooks.now)
    for secret in (old.secret, getattr(new, "secret", "")):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    hooks.change("UPDATE hook_endpoint SET former_until = 0")
    tell(hooks, "2")
    post_due(hooks.office, hooks.now)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.secret).verify(receiver.got[1].body, receiver.got[1].headers)
    assert not any(secret in str(hooks.dump()) for secret in (old.secret, getattr(new, "secret", "")))


def test_what_was_not_taken_is_posted_again_under_the_same_id(hooks: Desk, receiver: Receiver) -> None:
    listen_at(hooks, receiver.url)
    receiver.answers = [(500, {}, b"out of\x1b[31m order\n\n"), None, (302, {"location": receiver.url}, b"")]
    tell(hooks)
    moment = hooks.now
    for wait, reason in zip(WAITS, ("out of[31m order", "no HTTP answer", ""), strict=False):
        post_due(hooks.office, moment)
        ((state, _, _, said),) = deliveries(hooks)
        assert state == "deferred"
        assert said.startswith(reason)
        post_due(hooks.office, moment + wait / 2)  # not yet
        moment += wait * 1.2
    post_due(hooks.office, moment)
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 4  # the redirect was not followed
    assert deliveries(hooks) == [("delivered", 4, 204, "")]
    assert hooks.one("SELECT failing_since FROM hook_endpoint") is None


def test_it_is_given_up_after_some_three_days(hooks: Desk) -> None:
    with receiving() as gone:
        listen_at(hooks, gone.url)
    tell(hooks)
    moment = began = hooks.now
    while deliveries(hooks)[0][0] != "failed":
        post_due(hooks.office, moment)
        moment = max(moment, _next_due(hooks))
    assert deliveries(hooks)[0][1] == 10
    assert timedelta(days=3) < moment - began < timedelta(days=4)


def test_a_receiver_may_ask_for_patience(hooks: Desk, receiver: Receiver) -> None:
    listen_at(hooks, receiver.url)
    receiver.answers = [(429, {"retry-after": "3600"}, b"")]
    tell(hooks)
    post_due(hooks.office, hooks.now)
    assert _next_due(hooks) == hooks.now + timedelta(hours=1)


def test_nothing_is_posted_while_an_endpoint_is_disabled(hooks: Desk, receiver: Receiver) -> None:
    endpoint = listen_at(hooks, receiver.url)
    tell(hooks)
    disable_endpoint(hooks.office, issuer_of(hooks), endpoint.endpoint_id, KIM, hooks.now)
    tell(hooks, "2")
    post_due(hooks.office, hooks.now)
    assert receiver.got == []
    assert [state for state, *_ in deliveries(hooks)] == ["failed"]
    enable_endpoint(hooks.office, issuer_of(hooks), endpoint.endpoint_id, KIM, hooks.now)
    tell(hooks, "3")
    post_due(hooks.office, hooks.now)
    assert len(receiver.got) == 1


def test_it_gets_what_it_chose_and_nothing_of_another_issuer(hooks: Desk, receiver: Receiver) -> None:
    listen_at(hooks, f"{receiver.url}/ours", events=[EventKind.EARNER_RENAMED, EventKind.MAIL_BOUNCED])
    with receiving() as theirs:
        listen_at(hooks, theirs.url, "norte")
        for slug in ("asee", "norte"):
            for kind in (EventKind.MAIL_SENT, EventKind.EARNER_RENAMED):
                tell(hooks, slug, slug, kind, of=slug)
        post_due(hooks.office, hooks.now)
        ours, other = [[json.loads(got.body) for got in each.got] for each in (receiver, theirs)]
    assert [(told["type"], told["issuer"]) for told in ours] == [("earner.renamed", "asee")]
    assert [told["issuer"] for told in other] == ["norte", "norte"]


def test_gone_is_believed(hooks: Desk, receiver: Receiver) -> None:
    listen_at(hooks, receiver.url)
    receiver.answers = [(410, {}, b"")]
    tell(hooks, "1")
    tell(hooks, "2")
    post_due(hooks.office, hooks.now)
    assert len(receiver.got) == 1
    assert [state for state, *_ in deliveries(hooks)] == ["failed", "failed"]
    assert hooks.one("SELECT disabled_because FROM hook_endpoint") == "gone"


def test_nobody_listens_costs_one_statement(hooks: Desk) -> None:
    with hooks.office.engine.begin() as connection:
        tell_hooks(connection, [], hooks.now)
    tell(hooks)
    assert hooks.one("SELECT count(*) FROM hook_event") == 0


def _next_due(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.one("SELECT due_at FROM hook_delivery") / 1e6, UTC)
