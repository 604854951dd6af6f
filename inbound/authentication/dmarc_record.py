"""DMARC records and where they are found (RFC 9989 sections 4.7, 4.10): one record, and the walk up the tree of names.

Here belongs what domains publish; which organisation a domain is part of and what follows is judged in `dmarc`.
"""

from dataclasses import dataclass
from typing import Literal, cast

from inbound.authentication.dns import Answers, Lookup, TemporaryFailure

Policy = Literal["none", "quarantine", "reject"]
Alignment = Literal["relaxed", "strict"]

MAX_QUERIES = 8
"""Names that one walk asks for at most (RFC 9989 section 4.10)."""

_POLICIES = ("none", "quarantine", "reject")
_WEAKER: dict[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """What a domain asks for; its policies are those in force, so of a domain that is testing (t=y) the weaker ones."""

    domain: str
    policy: Policy
    subdomain_policy: Policy
    missing_policy: Policy
    """For names below it that do not exist."""
    dkim_alignment: Alignment
    spf_alignment: Alignment
    psd: Literal["y", "n", "u"]
    """y: registrations take place below it; n: it is an organisation's own; u: not said."""
    reports_to: tuple[str, ...] = ()
    """The URIs of `rua`, as written: where others send what they have seen, added up."""


def parse_dmarc(domain: str, text: str) -> DmarcRecord | None:
    """Return the record in a TXT record of `domain`; None where that is none. Broken tags are passed over."""
    parts = [part.partition("=") for part in text.split(";")]
    tags: dict[str, str] = {}
    for name, _, value in parts:
        tags.setdefault(name.strip(" \t").lower(), value.strip(" \t"))
    if parts[0][0].strip(" \t").lower() != "v" or tags["v"] != "DMARC1":
        return None
    policy = _read_policy(tags, "p", "none")
    subdomain_policy = _read_policy(tags, "sp", policy)
    missing_policy = _read_policy(tags, "np", subdomain_policy)
    if tags.get("t", "n").lower() == "y":
        policy, subdomain_policy, missing_policy = _WEAKER[policy], _WEAKER[subdomain_policy], _WEAKER[missing_policy]
    return DmarcRecord(
        domain,
        policy,
        subdomain_policy,
        missing_policy,
        "strict" if tags.get("adkim", "r").lower() == "s" else "relaxed",
        "strict" if tags.get("aspf", "r").lower() == "s" else "relaxed",
        _read_psd(tags.get("psd", "u").lower()),
        tuple(uri.strip(" \t") for uri in tags.get("rua", "").split(",") if uri.strip(" \t")),
    )


def walk_tree(domain: str, lookup: Lookup) -> tuple[DmarcRecord, ...] | TemporaryFailure:
    """Return the records of a domain and of the names above it, from the bottom up (RFC 9989 section 4.10).

    The walk ends at the first record that says where the organisation ends (psd=n, psd=y).
    """
    records: list[DmarcRecord] = []
    for name in _names_to_ask(domain):
        record = _fetch(name, lookup)
        if isinstance(record, TemporaryFailure):
            return record
        if record is not None:
            records.append(record)
            if record.psd != "u":
                break
    return tuple(records)


def _names_to_ask(domain: str) -> list[str]:
    labels = domain.split(".")
    above = range(max(1, len(labels) - MAX_QUERIES + 1), len(labels))
    return [domain, *(".".join(labels[start:]) for start in above)]


def _fetch(domain: str, lookup: Lookup) -> DmarcRecord | TemporaryFailure | None:
    answer = lookup(f"_dmarc.{domain}", "TXT")
    if isinstance(answer, TemporaryFailure):
        return answer
    texts = answer.records if isinstance(answer, Answers) else ()
    records = [record for text in texts if (record := parse_dmarc(domain, text))]
    return records[0] if len(records) == 1 else None


def _read_policy(tags: dict[str, str], name: str, default: Policy) -> Policy:
    value = tags.get(name, "").lower()
    return cast("Policy", value) if value in _POLICIES else default


def _read_psd(value: str) -> Literal["y", "n", "u"]:
    return cast('Literal["y", "n", "u"]', value) if value in ("y", "n") else "u"
