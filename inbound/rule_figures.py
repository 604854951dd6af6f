"""How often each rule decided a mail, and how often what it did was taken back: what tells a good rule from a bad one.

Here belongs counting. Rules that only classify or route are not counted: a decision names the rule that decided.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlmodel import col

from desk.tables import RecordChange
from inbound.tables import Decision

MOST_UNDONE = 2_000
"""Changes taken back that are looked at, the newest: there are few, or something else is wrong."""


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """Of one rule, since some day."""

    fired: int = 0
    """Mails that it decided."""
    undone: int = 0
    """Acts of it (each may have changed several records) that somebody took back."""


def count_firings(connection: Connection, since: datetime) -> Mapping[str, RuleFigures]:
    """Return the figures of every rule that decided a mail since then, by id; two queries."""
    query = (
        select(col(Decision.rule), func.count()).where(col(Decision.decided_at) >= since).group_by(col(Decision.rule))
    )
    fired: dict[str, int] = {rule: count for rule, count in connection.execute(query)}
    undone = _count_undone(connection, since)
    return {rule: RuleFigures(fired.get(rule, 0), undone[rule]) for rule in {*fired, *undone}}


def _count_undone(connection: Connection, since: datetime) -> Counter[str]:
    query = (
        select(col(RecordChange.group_id), col(RecordChange.evidence))
        .where(col(RecordChange.undone_at) >= since)
        .order_by(col(RecordChange.undone_at).desc())
        .limit(MOST_UNDONE)
    )
    evidence = {group: json.loads(text) for group, text in connection.execute(query)}
    return Counter(str(one["rule"]) for one in evidence.values() if one.get("rule"))
