"""DMARC (RFC 9989): whether the domain in From is the one that SPF or DKIM vouches for, and what it asks for if not.

Here belongs alignment and the verdict. Who the author is must be settled before: exactly one From, with one mailbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inbound.authentication.dmarc_record import DmarcRecord, Policy, walk_tree
from inbound.authentication.dns import Answers, Lookup, RecordType, TemporaryFailure, is_host_name
from inbound.authentication.suffixes import is_public_suffix, registered_domain

DmarcVerdict = Literal["pass", "fail", "none", "temperror", "permerror"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """A domain that SPF or DKIM checked."""

    method: Literal["spf", "dkim"]
    domain: str


@dataclass(frozen=True, slots=True)
class DmarcResult:
    """The verdict, and what led to it. `aligned` counts also where no policy is published (`none`)."""

    verdict: DmarcVerdict
    reason: str
    author_domain: str
    organizational_domain: str = ""
    policy: Policy | None = None
    """What the domain's owner asks to be done with a failing mail."""
    aligned: tuple[Identifier, ...] = ()
    record: DmarcRecord | None = None
    """The one that applies; it may stand at a name above the author's."""


def check_dmarc(
    author_domain: str, passed: Sequence[Identifier], undecided: Sequence[Identifier], lookup: Lookup
) -> DmarcResult:
    """Return the verdict for the domain of From.

    `passed` are the domains that SPF and DKIM vouch for, `undecided` those whose check a temporary error ended.
    """
    domain = author_domain.lower()
    if not is_host_name(domain) or "." not in domain:
        return DmarcResult("permerror", "the author has no domain that could have a record", domain)
    records = walk_tree(domain, lookup)
    if isinstance(records, TemporaryFailure):
        # What cannot be asked for may be strict: only the very same domain is aligned for certain.
        same = tuple(identifier for identifier in passed if identifier.domain.lower() == domain)
        return DmarcResult("temperror", "the policy could not be asked for", domain, aligned=same)
    organization = _find_organization(domain, records)
    record = _choose_record(domain, organization, records)
    aligned = tuple(found for found in passed if _is_aligned(found, domain, organization, record, lookup))
    if record is None:
        return DmarcResult("none", "no policy is published", domain, organization, None, aligned)
    policy = _choose_policy(domain, record, lookup)
    if aligned:
        why = f"{aligned[0].method} of {aligned[0].domain}"
        return DmarcResult("pass", why, domain, organization, policy, aligned, record)
    if any(_is_aligned(found, domain, organization, record, lookup) for found in undecided):
        return DmarcResult("temperror", "a check could not be made", domain, organization, policy, record=record)
    return DmarcResult("fail", "nothing vouches for the domain", domain, organization, policy, record=record)


def _find_organization(domain: str, records: Sequence[DmarcRecord]) -> str:
    """Return the organisational domain (RFC 9989 section 4.10.2), by the list of suffixes where no record tells it."""
    if not records:
        return registered_domain(domain)
    top = records[-1]
    if top.psd == "n" or top.domain == domain:
        return top.domain
    if top.psd == "y":
        return domain.removesuffix(f".{top.domain}").rpartition(".")[2] + f".{top.domain}"
    # A registry that publishes a record without psd=y would make all below it one organisation.
    return registered_domain(domain) if is_public_suffix(top.domain) else top.domain


def _choose_record(domain: str, organization: str, records: Sequence[DmarcRecord]) -> DmarcRecord | None:
    """Return the record whose policy applies: the domain's own, the organisation's, or that of the suffix above."""
    by_domain = {record.domain: record for record in records}
    top = records[-1] if records else None
    return by_domain.get(domain) or by_domain.get(organization) or top


def _choose_policy(domain: str, record: DmarcRecord, lookup: Lookup) -> Policy:
    if record.domain == domain:
        return record.policy
    if record.missing_policy == record.subdomain_policy or _exists(domain, lookup):
        return record.subdomain_policy
    return record.missing_policy


def _exists(domain: str, lookup: Lookup) -> bool:
    record_types: tuple[RecordType, ...] = ("A", "AAAA", "MX")
    return any(isinstance(lookup(domain, kind), Answers | TemporaryFailure) for kind in record_types)


def _is_aligned(
    identifier: Identifier, domain: str, organization: str, record: DmarcRecord | None, lookup: Lookup
) -> bool:
    found = identifier.domain.lower()
    if found == domain:
        return True
    alignment = "relaxed" if record is None else _alignment_of(identifier, record)
    if alignment == "strict" or not (found == organization or found.endswith(f".{organization}")):
        return False
    records = walk_tree(found, lookup) if is_host_name(found) else TemporaryFailure()
    return not isinstance(records, TemporaryFailure) and _find_organization(found, records) == organization


def _alignment_of(identifier: Identifier, record: DmarcRecord) -> str:
    return record.dkim_alignment if identifier.method == "dkim" else record.spf_alignment
