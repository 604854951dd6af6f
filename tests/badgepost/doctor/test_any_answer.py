"""Whatever the DNS answers, no check breaks, and each has something to say."""

import ipaddress
from dataclasses import replace
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from badgepost.doctor.checks import CHECKS
from badgepost.doctor.patient import Patient
from badgepost.settings import Settings
from inbound.authentication.dns import Answer, Answers, NoData, NoSuchName, RecordType, TemporaryFailure
from mailer.keys import record_value
from tests.badgepost.doctor.conftest import FULL, NOW, keep_key, private_key

EGRESS = (ipaddress.ip_address("198.51.100.7"), ipaddress.ip_address("2001:db8::7"))
ASKING = [check for check in CHECKS.values() if check.name in {"dkim", "spf", "dmarc", "alignment", "mx", "ptr"}]

terms = st.sampled_from(
    [
        *("v=spf1", "-all", "+all", "include:a.example", "redirect=a.example", "mx", "ptr", "a:%{i}"),
        *("exists:%{l}.%{d}", "ip4:198.51.100.7", "ip6:::1"),
        *("v=DMARC1", "p=reject", "p=none", "rua=mailto:x@y.example!1k,z", "rua=,", "psd=y", "psd=n", "adkim=s"),
        *("v=DKIM1", "t=y", "k=ed25519", "p=", ";", "", "\x00", "\x9b31m", '"', "\\"),
    ]
)
texts = st.one_of(
    st.lists(terms, max_size=14).map(" ".join),
    st.lists(terms, max_size=8).map("; ".join),
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.just(record_value(private_key("ed25519"))),
)
hosts = st.one_of(st.sampled_from(["", ".", "mx.a.example", "a" * 64, "mx..x"]), texts)


def answers(kind: RecordType) -> st.SearchStrategy[Answer]:
    records: dict[str, st.SearchStrategy[str]] = {
        "TXT": texts,
        "A": st.ip_addresses(v=4).map(str),
        "AAAA": st.ip_addresses(v=6).map(str),
    }
    found = st.lists(records.get(kind, hosts), min_size=1, max_size=3).map(lambda some: Answers(tuple(some)))
    return st.one_of(found, found, st.sampled_from([NoData(), NoSuchName(), TemporaryFailure("x")]))


class AnyDns:
    """Answers by lot, the same question always the same."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self._known: dict[tuple[str, str], Answer] = {}

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        if (name, record_type) not in self._known:
            self._known[name, record_type] = self._data.draw(answers(record_type))
        return self._known[name, record_type]


@given(data=st.data())
@settings(max_examples=40)
def test_no_answer_breaks_a_check(tmp_path_factory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp()
    someone = Patient(Settings(**FULL, data_dir=folder, dkim=[keep_key(folder, "ed25519")]), AnyDns(data), lambda: NOW)
    for check in ASKING:
        # Not through `examine`, which would turn a fault into “cannot know”.
        results = list(check.look(replace(someone, egress=EGRESS)))
        assert results, check.name
        assert all(result.seen for result in results)
        assert all(result.remedy or result.verdict.value in ("pass", "unknown") for result in results)


def test_every_kind_of_record_is_drawn() -> None:
    assert set(get_args(RecordType)) == {"TXT", "A", "AAAA", "MX", "PTR"}
