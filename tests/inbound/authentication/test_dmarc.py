"""DMARC: the walk up the tree, alignment, and what must never align."""

from collections.abc import Callable
from typing import Any

import pytest

from inbound.authentication.dmarc import DmarcResult, Identifier, check_dmarc
from inbound.authentication.dmarc_record import parse_dmarc, walk_tree
from inbound.authentication.dns import Answers, TemporaryFailure
from inbound.authentication.suffixes import is_public_suffix

POLICIES = {
    "_dmarc.bank.example": "v=DMARC1; p=reject; sp=quarantine; np=none",
    "_dmarc.strict.example": "v=DMARC1; p=reject; adkim=s; aspf=s",
    "_dmarc.own.bank.example": "v=DMARC1; p=none; psd=n",
    "_dmarc.registry.example": "v=DMARC1; p=quarantine; psd=y",
    "_dmarc.test.example": "v=DMARC1; p=reject; t=y",
    "_dmarc.odd.example": "v=DMARC1; p=nonsense; ; pct; foo=bar",
    "_dmarc.co.uk": "v=DMARC1; p=reject",
    "_dmarc.d.e.f.g.h.deep.example": "v=DMARC1; p=reject",
    "_dmarc.other.example": "v=spf1 -all",
}


@pytest.fixture
def check(table: Callable[[Any], Any]) -> Callable[..., DmarcResult]:
    zone: dict[str, dict[str, Any]] = {name: {"TXT": (text,)} for name, text in POLICIES.items()}
    zone["_dmarc.twice.example"] = {"TXT": ("v=DMARC1; p=none", "v=DMARC1; p=reject")}
    zone["_dmarc.down.example"] = {"TXT": TemporaryFailure()}
    zone["there.bank.example"] = {"A": ("192.0.2.1",)}
    lookup = table(zone)

    def run(author: str, dkim: tuple[str, ...] = (), spf: tuple[str, ...] = (), undecided: tuple[str, ...] = ()) -> Any:
        passed = [*(Identifier("dkim", name) for name in dkim), *(Identifier("spf", name) for name in spf)]
        return check_dmarc(author, passed, [Identifier("dkim", name) for name in undecided], lookup)

    return run


@pytest.mark.parametrize(
    ("author", "signer", "verdict", "aligned"),
    [
        ("bank.example", "bank.example", "pass", True),
        ("BANK.example", "bank.EXAMPLE", "pass", True),
        ("bank.example", "mail.bank.example", "pass", True),
        ("mail.bank.example", "bank.example", "pass", True),
        ("a.bank.example", "b.bank.example", "pass", True),
        ("bank.example", "attack.example", "fail", False),
        ("bank.example", "bank.example.attack.example", "fail", False),
        ("bank.example", "notbank.example", "fail", False),
        ("bank.example", "example", "fail", False),
        ("bank.example", "own.bank.example", "fail", False),
        ("own.bank.example", "bank.example", "fail", False),
        ("x.own.bank.example", "own.bank.example", "pass", True),
        ("strict.example", "strict.example", "pass", True),
        ("strict.example", "mail.strict.example", "fail", False),
        ("a.registry.example", "a.registry.example", "pass", True),
        ("a.registry.example", "b.registry.example", "fail", False),
        ("x.a.registry.example", "a.registry.example", "pass", True),
        ("a.registry.example", "registry.example", "fail", False),
        ("none.example", "none.example", "none", True),
        ("none.example", "mail.none.example", "none", True),
        ("none.example", "other.example", "none", False),
        ("a.co.uk", "b.co.uk", "fail", False),
        ("a.co.uk", "mail.a.co.uk", "pass", True),
        ("a.github.io", "b.github.io", "none", False),
        ("twice.example", "twice.example", "none", True),
        ("other.example", "attack.example", "none", False),
        ("my-bank.example", "my.example", "none", False),
        ("down.example", "down.example", "temperror", True),
        ("down.example", "mail.down.example", "temperror", False),
        ("example", "example", "permerror", False),
        ("a b.example", "a b.example", "permerror", False),
        ("", "", "permerror", False),
    ],
)
@pytest.mark.parametrize("method", ["dkim", "spf"])
def test_alignment(
    check: Callable[..., DmarcResult], author: str, signer: str, verdict: str, aligned: bool, *, method: str
) -> None:
    result = check(author, **{method: (signer,)})
    assert (result.verdict, bool(result.aligned)) == (verdict, aligned), result


def test_nothing_passed(check: Callable[..., DmarcResult]) -> None:
    assert check("bank.example").verdict == "fail"
    assert check("none.example").verdict == "none"


def test_one_aligned_domain_among_others_is_enough(check: Callable[..., DmarcResult]) -> None:
    result = check("bank.example", dkim=("esp.example", "bank.example"), spf=("esp.example",))
    assert result.verdict == "pass"
    assert result.aligned == (Identifier("dkim", "bank.example"),)


def test_an_undecided_check_that_would_align_leaves_it_open(check: Callable[..., DmarcResult]) -> None:
    assert check("bank.example", undecided=("bank.example",)).verdict == "temperror"
    assert check("bank.example", undecided=("attack.example",)).verdict == "fail"
    assert check("bank.example", dkim=("bank.example",), undecided=("bank.example",)).verdict == "pass"


@pytest.mark.parametrize(
    ("author", "policy", "organization"),
    [
        ("bank.example", "reject", "bank.example"),
        ("there.bank.example", "quarantine", "bank.example"),
        ("gone.bank.example", "none", "bank.example"),
        ("test.example", "quarantine", "test.example"),
        ("odd.example", "none", "odd.example"),
        ("x.y.registry.example", "quarantine", "y.registry.example"),
        ("a.b.c.d.e.f.g.h.deep.example", "reject", "d.e.f.g.h.deep.example"),
        ("none.example", None, "none.example"),
    ],
)
def test_the_policy(check: Callable[..., DmarcResult], author: str, policy: str | None, organization: str) -> None:
    result = check(author)
    assert (result.policy, result.organizational_domain) == (policy, organization)


def test_a_walk_asks_eight_names_at_most(table: Callable[[Any], Any]) -> None:
    lookup = table({})
    assert walk_tree("a.b.c.d.e.f.g.h.i.j.mail.example", lookup) == ()
    assert [name for name, _ in lookup.asked] == [
        "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example",
        "_dmarc.f.g.h.i.j.mail.example",
        "_dmarc.g.h.i.j.mail.example",
        "_dmarc.h.i.j.mail.example",
        "_dmarc.i.j.mail.example",
        "_dmarc.j.mail.example",
        "_dmarc.mail.example",
        "_dmarc.example",
    ]


@pytest.mark.parametrize("text", ["", "v=DMARC2; p=reject", "v=dmarc1; p=none", "p=reject; v=DMARC1", "v=DMARC1x", "V"])
def test_what_is_no_record(text: str) -> None:
    assert parse_dmarc("bank.example", text) is None


def test_a_failing_name_server_is_told(table: Callable[[Any], Any]) -> None:
    lookup = table(
        {"_dmarc.a.example": {"TXT": Answers(("v=DMARC1; p=none",))}, "_dmarc.example": {"TXT": TemporaryFailure()}}
    )
    assert walk_tree("a.example", lookup) == TemporaryFailure()


def test_public_suffixes() -> None:
    assert is_public_suffix("co.uk")
    assert is_public_suffix("com")
    assert not is_public_suffix("bank.co.uk")
