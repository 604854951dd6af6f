"""Which award a path means: the one that everybody may see, or one of the visitor's own.

Here belong the two dependencies that handlers ask for. A path with any other id answers 404, whoever has such a badge.
"""

from typing import Annotated

from fastapi import Depends, HTTPException

from badges.transactions import reading
from web.awards import Award, find_award, find_own_award
from web.context import Service
from web.visitors import Owner


def _find_public(assertion_id: str, service: Service) -> Award:
    with reading(service.office.engine).connect() as connection:
        award = find_award(connection, assertion_id, service.place, service.clock().date())
    return _require(award)


def _find_own(assertion_id: str, service: Service, visitor: Owner) -> Award:
    with reading(service.office.engine).connect() as connection:
        today = service.clock().date()
        award = find_own_award(connection, visitor.owner.earner_id, assertion_id, service.place, today)
    return _require(award)


def _require(award: Award | None) -> Award:
    if award is None:
        raise HTTPException(404)
    return award


PublicAward = Annotated[Award, Depends(_find_public)]
"""The award that the path names, as everybody may see it; else 404."""
OwnAward = Annotated[Award, Depends(_find_own)]
"""The award that the path names, if it is the visitor's; else 404."""
