"""The field Authentication-Results (RFC 8601 section 2.2): read by its grammar to the last character, or refused.

Here belongs what the text says, and which of several fields may be believed. What a result is worth is judged where
senders are authenticated. Comments are skipped and quoted strings unquoted by the grammar alone, so that nothing a
sender put into a value can pass for a result of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wire.authres_scanner import KEYWORD, GrammarError, Scanner

FIELD_NAME = b"authentication-results"

_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Property:
    """What a result was found on: `ptype`.`name` (as in smtp.mailfrom), lower case, and its value as it was meant."""

    ptype: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One `method=result` with its properties; method and result are lower case."""

    method: str
    result: str
    reason: str | None
    properties: tuple[Property, ...]

    def find(self, ptype: str, name: str) -> str | None:
        """Return the value of a property; None where it is missing, and where it is given twice with two values."""
        values = {found.value for found in self.properties if (found.ptype, found.name) == (ptype, name)}
        return values.pop() if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One field: who checked (`authserv_id`, as written), and what was found; no results where it says `none`."""

    authserv_id: str
    results: tuple[MethodResult, ...]


@dataclass(frozen=True, slots=True)
class AuthresFault:
    """Why a field is not one by the grammar, and nothing in it may be believed."""

    reason: str


def parse_authres(value: bytes) -> AuthenticationResults | AuthresFault:
    """Return what a field says, from the bytes after its colon (folded or not); never raises."""
    try:
        scanner = Scanner(value.decode("utf-8").removesuffix("\r\n"))
        return _read_payload(scanner)
    except UnicodeDecodeError:
        return AuthresFault("is not UTF-8")
    except GrammarError as error:
        return AuthresFault(str(error))


def choose_trusted(values: Iterable[bytes], authserv_id: str) -> AuthenticationResults | AuthresFault | None:
    """Return the topmost of the fields (`values` from the top of the mail down) that `authserv_id` wrote.

    None if it wrote none. A field of that id that breaks the grammar is returned as the fault it is: what stands below
    it may be the sender's own forgery, and is never looked at.
    """
    for value in values:
        if _read_authserv_id(value) == authserv_id.lower():
            return parse_authres(value)
    return None


def _read_authserv_id(value: bytes) -> str | None:
    """Return the id alone, lower case, also where the rest of the field is broken."""
    try:
        scanner = Scanner(value.decode("utf-8", "replace"))
        scanner.skip()
        return scanner.read_value().lower()
    except GrammarError:
        return None


def _read_payload(scanner: Scanner) -> AuthenticationResults:
    scanner.skip()
    authserv_id = scanner.read_value()
    if scanner.skip() and (version := scanner.take(_DIGITS)) is not None and version.lstrip("0") != "1":
        raise GrammarError("has a version that is not 1")
    scanner.skip()
    results: list[MethodResult] = []
    scanner.expect(";")
    if _is_no_result(scanner):
        return AuthenticationResults(authserv_id, ())
    while True:
        results.append(_read_result(scanner))
        if scanner.at_end():
            return AuthenticationResults(authserv_id, tuple(results))
        scanner.expect(";")
        scanner.skip()
        if scanner.at_end():  # a last semicolon, which the grammar has not and some servers write
            return AuthenticationResults(authserv_id, tuple(results))


def _is_no_result(scanner: Scanner) -> bool:
    start = scanner.position
    scanner.skip()
    if (scanner.take(KEYWORD) or "").lower() == "none":
        scanner.skip()
        if scanner.at_end():
            return True
    scanner.position = start
    return False


def _read_result(scanner: Scanner) -> MethodResult:
    scanner.skip()
    method = scanner.read_keyword("method")
    scanner.skip()
    if scanner.accept("/"):
        scanner.skip()
        if scanner.take(_DIGITS) != "1":
            raise GrammarError("has a method whose version is not 1")
        scanner.skip()
    scanner.expect("=")
    scanner.skip()
    result = scanner.read_keyword("result")
    return _read_details(scanner, method, result)


def _read_details(scanner: Scanner, method: str, result: str) -> MethodResult:
    reason: str | None = None
    properties: list[Property] = []
    spaced = scanner.skip()
    while not scanner.at_end() and not scanner.sees(";"):
        if not spaced:
            raise GrammarError("has no space before a property")
        name = scanner.read_keyword("property type")
        scanner.skip()
        if name == "reason" and reason is None and not properties and scanner.accept("="):
            scanner.skip()
            reason = scanner.read_value()
        else:
            properties.append(_read_property(scanner, name))
        spaced = scanner.skip()
    return MethodResult(method, result, reason, tuple(properties))


def _read_property(scanner: Scanner, ptype: str) -> Property:
    scanner.expect(".")
    scanner.skip()
    name = scanner.read_keyword("property")
    scanner.skip()
    scanner.expect("=")
    scanner.skip()
    return Property(ptype, name, scanner.read_property_value())
