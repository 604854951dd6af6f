"""Who is meant: one person on record out of all who bear a name, for the issuer that asks.

Here belongs the choice by policy (docs/support-policy.md sections 3 and 4): an issuer's own earners come first, a
named badge may tell two apart, and a name that too many bear tells nobody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from badges.register import MOST_BEARERS, Holding, KnownEarner
from inbound.understanding.particulars import Standing


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome: somebody, or why nobody."""

    standing: Standing
    earner: KnownEarner | None = None
    candidates: tuple[KnownEarner, ...] = ()


def tell_apart(bearers: Sequence[KnownEarner], issuer_ids: Collection[str], badge_ids: Collection[str]) -> Told:
    """Return which of `bearers` is meant by one who speaks for `issuer_ids` and names the badge classes `badge_ids`."""
    if not bearers:
        return Told(Standing.NOT_FOUND)
    if len(bearers) >= MOST_BEARERS:
        return Told(Standing.AMBIGUOUS, None, tuple(bearers[:10]))
    own = [earner for earner in bearers if _holds_of_any(earner, issuer_ids)]
    among = own or list(bearers)
    if len(among) > 1:
        holders = [earner for earner in among if any(held.badge_class_id in badge_ids for held in earner.holdings)]
        among = holders if len(holders) == 1 else among
    if len(among) == 1:
        return Told(Standing.FOUND, among[0], tuple(among))
    return Told(Standing.AMBIGUOUS, None, tuple(among[:10]))


def choose_holding(
    earner: KnownEarner | None, issuer_ids: Collection[str], badge_ids: Collection[str]
) -> Holding | None:
    """Return the one badge of theirs that is named; None without one, or where several are."""
    if earner is None:
        return None
    named = [held for held in earner.holdings if held.badge_class_id in badge_ids]
    own = [held for held in named if held.issuer.issuer_id in issuer_ids]
    among = own or named
    return among[0] if len(among) == 1 else None


def _holds_of_any(earner: KnownEarner, issuer_ids: Collection[str]) -> bool:
    return any(held.issuer.issuer_id in issuer_ids for held in earner.holdings)
