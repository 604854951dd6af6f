"""The gate before every route: who calls, how often, how many at a time. Passed before a body is read.

Here belongs counting, in this process (`desk.access.rates` says why). It runs on the event loop alone, so nothing needs
a lock.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from desk.access.rates import Left, Rate, Windows
from desk.access.scopes import Scope
from desk.access.tokens import note_use
from web.afterwards import Afterwards
from web.api.callers import Caller, bad_token, demand_scope, find_caller, read_bearer
from web.api.problems import Kind, ProblemError
from web.context import source_of
from web.needs import WebService
from wire.network import network_of

TOKEN_RATE = Rate(most=600, seconds=60)
"""Requests of one token."""
FAILURE_RATE = Rate(most=30, seconds=3600)
"""Tokens that open nothing, of one network: as for log-ins (`desk.accounts.throttling`)."""
MOST_INSIDE = 20
"""Requests that are worked on at a time: pages need threads, too, of which there are forty."""
MOST_OF_ONE_ISSUER = 10
"""Of which it may have fifty tokens."""
MOST_OF_ONE_TOKEN = 6


class Gate:
    """What is counted of callers."""

    def __init__(self, rate: Rate = TOKEN_RATE) -> None:
        self._rate = rate
        self._asked = Windows(rate)
        self._failed = Windows(FAILURE_RATE)
        self._good = Windows(Rate(most=1, seconds=FAILURE_RATE.seconds))
        self._inside: Counter[str] = Counter()
        """By token."""
        self._of_issuers: Counter[str] = Counter()

    async def admit(
        self, request: Request, service: WebService, later: Afterwards, scope: Scope
    ) -> tuple[Caller, Left]:
        """Return who calls, and how much they have left. Raises `ProblemError` for whoever may not do this now."""
        caller = await self._identify(request, service)
        left = self._asked.count(caller.token.token_id, time.monotonic())
        if left.is_over:
            detail = f"More than {self._rate.most} requests in {self._rate.seconds} seconds. Try again later."
            raise ProblemError(Kind.TOO_MANY, detail, headers=_wait(left.seconds) | self.tell(left))
        demand_scope(caller, scope)
        now = service.clock()
        if caller.token.is_due(now):
            later.do(partial(note_use, service.office, caller.token.token_id, now))
        return caller, left

    @asynccontextmanager
    async def inside(self, caller: Caller) -> AsyncIterator[None]:
        """Hold a place for one request. Raises `ProblemError` if there is none."""
        token_id, issuer_id = caller.token.token_id, caller.issuer_id
        for whose, number, most in (
            ("this token", self._inside[token_id], MOST_OF_ONE_TOKEN),
            ("this issuer", self._of_issuers[issuer_id], MOST_OF_ONE_ISSUER),
        ):
            if number >= most:
                detail = f"{most} requests of {whose} are under way. Wait for one of them."
                raise ProblemError(Kind.TOO_MANY, detail, headers=_wait(1))
        if self._inside.total() >= MOST_INSIDE:
            raise ProblemError(Kind.BUSY, "Too much is under way. Try again in some seconds.", headers=_wait(2))
        self._inside[token_id] += 1
        self._of_issuers[issuer_id] += 1
        try:
            yield
        finally:
            self._inside -= Counter([token_id])
            self._of_issuers -= Counter([issuer_id])

    def tell(self, left: Left) -> dict[str, str]:
        """Return the fields that say how much is left (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "ratelimit-policy": f'"token";q={self._rate.most};w={self._rate.seconds}',
            "ratelimit": f'"token";r={left.remaining};t={left.seconds}',
        }

    async def _identify(self, request: Request, service: WebService) -> Caller:
        """A network that fails too often is turned away unseen, but for tokens that were good in the last hour: whoever
        shares it with a program that has an old token must not be shut out."""
        token, network, moment = read_bearer(request), network_of(source_of(request)), time.monotonic()
        failed = self._failed.look(network, moment)
        if failed.is_over and not self._good.look(token, moment).is_over:
            detail = "Too many tokens that open nothing have come from this network. Try again later."
            raise ProblemError(Kind.TOO_MANY, detail, headers=_wait(failed.seconds))
        caller = await run_in_threadpool(find_caller, request, service, token)
        if caller is None:
            self._failed.count(network, moment)
            raise bad_token()
        self._good.count(token, moment)
        return caller


def _wait(seconds: int) -> dict[str, str]:
    return {"retry-after": str(seconds)}
