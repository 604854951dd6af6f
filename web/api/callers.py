"""Who calls: the token of a request, and the types by which a handler says what the token must be allowed to do.

Here belong these. `caller: MayIssue` in a handler's signature is all that a route needs: `web.api.route` finds the
scope there before anything of the body is read, and refuses to make a route that names none. What a token is stands in
`desk.access.tokens`.

A token comes in `Authorization: Bearer` and nowhere else (RFC 6750 section 2.1): in a query it would stand in logs.
No cookie is ever looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from typing import Annotated, Any, cast, get_args

from fastapi import Depends, Request

from badges.transactions import reading
from desk.access.scopes import Scope
from desk.access.tokens import KnownToken, find_token, is_token
from desk.members.audit import Actor
from web.api.problems import Kind, ProblemError
from web.context import source_of
from web.needs import WebService

REALM = 'Bearer realm="badgepost"'
_LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Another system, with the issuer that it acts for. Everything that it asks is about that issuer alone."""

    token: KnownToken
    actor: Actor

    @property
    def issuer_id(self) -> str:
        """Whose rows it may see and change."""
        return self.token.issuer_id

    @property
    def issuer_slug(self) -> str:
        return self.token.issuer_slug

    def keeping(self, kept_id: str) -> "Caller":
        """Return the same with the row that waits for the answer."""
        return replace(self, actor=replace(self.actor, kept_id=kept_id))


@dataclass(frozen=True, slots=True)
class Needs:
    """What the token must be allowed to do: stands in the annotation of a handler's `caller`."""

    scope: Scope


async def _caller_of(request: Request) -> Caller:
    return cast("Caller", request.state.caller)


_CALLER = Depends(_caller_of)
MayRead = Annotated[Caller, _CALLER, Needs(Scope.READ)]
MayIssue = Annotated[Caller, _CALLER, Needs(Scope.ISSUE)]
MayKeepRecipients = Annotated[Caller, _CALLER, Needs(Scope.RECIPIENTS)]
MayKeepProgramme = Annotated[Caller, _CALLER, Needs(Scope.PROGRAMME)]
MayDecideRequests = Annotated[Caller, _CALLER, Needs(Scope.REQUESTS)]
MayKeepWebhooks = Annotated[Caller, _CALLER, Needs(Scope.WEBHOOKS)]


def find_needs(endpoint: Callable[..., Any]) -> Scope:
    """Return the scope that a handler asks for. Raises `TypeError` if it names none, or two."""
    found = [needs.scope for given in signature(endpoint).parameters.values() for needs in _needs_of(given)]
    if len(found) != 1:
        raise TypeError(f"{endpoint.__name__} must take one caller, such as `caller: MayRead`")
    return found[0]


def _needs_of(parameter: Parameter) -> list[Needs]:
    return [each for each in get_args(parameter.annotation) if isinstance(each, Needs)]


def read_bearer(request: Request) -> str:
    """Return the token that a request bears, known or not. Raises `ProblemError` where there is none."""
    fields = request.headers.getlist("authorization")
    if not fields:
        detail = "Send the token in the field Authorization: `Authorization: Bearer bp_…`."
        # RFC 6750 section 3.1: no error code where no authentication was tried.
        raise ProblemError(Kind.NO_TOKEN, detail, headers={"www-authenticate": REALM})
    scheme, _, token = fields[0].partition(" ")
    if len(fields) > 1 or scheme.lower() != "bearer" or len(fields[0]) > _LONGEST_HEADER:
        raise bad_token()
    token = token.strip(" ")
    if not is_token(token):
        raise bad_token()
    return token


def bad_token() -> ProblemError:
    """Return the problem for a token that opens nothing; whether it ever did is not told."""
    headers = {"www-authenticate": f'{REALM}, error="invalid_token", error_description="unknown, ended or revoked"'}
    return ProblemError(Kind.BAD_TOKEN, "The token is unknown, has ended or was revoked. Make another.", (), headers)


def find_caller(request: Request, service: WebService, token: str) -> Caller | None:
    """Return who sent `token`; None for nobody. One read."""
    with reading(service.office.engine).connect() as connection:
        known = find_token(connection, token, service.clock())
    return (
        None if known is None else Caller(known, Actor(known.name, token_id=known.token_id, source=source_of(request)))
    )


def demand_scope(caller: Caller, scope: Scope) -> None:
    """Raise `ProblemError` if the token may not do what needs `scope` (RFC 6750 section 3.1)."""
    if scope in caller.token.scopes:
        return
    headers = {"www-authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'}
    raise ProblemError(Kind.MISSING_SCOPE, f"The token has not got the scope {scope.value}.", (), headers)
