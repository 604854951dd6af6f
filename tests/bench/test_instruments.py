"""What measures must measure: the own sink takes mail as it should, and watched calls are counted."""

import smtplib
from collections import Counter

import argon2
import jinja2
import pytest
from premailer import transform

from bench import sink
from bench.figures.counting import counted_calls


def test_the_own_sink_takes_mails_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "_smtp_sink", lambda: None)
    with sink.running_sink() as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        # One body ends where a read ends, the other is longer than any read.
        for body in (b"Subject: a\r\n\r\n.dot\r\n", b"Subject: b\r\n\r\n" + b"x" * 70 + b"\r\n" * 100_000):
            assert client.sendmail("a@one.example", ["b@two.example"], body) == {}


def test_watched_calls_are_counted_and_do_what_they_did() -> None:
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with counted_calls() as calls:
        assert hasher.hash("a long enough password").startswith("$argon2id$")
        assert jinja2.Environment(autoescape=True).from_string("{{ x }}").render(x=1) == "1"
        assert "color:red" in transform("<html><style>p{color:red}</style><body><p>x</p></body></html>")
    assert calls == Counter(hash=1, render=1, transform=1)
    hasher.hash("a long enough password")
    assert calls["hash"] == 1
