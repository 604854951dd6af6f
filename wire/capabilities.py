"""What a server offers in its reply to EHLO (RFC 5321 section 4.1.1.1, and the RFC of each extension)."""

from dataclasses import dataclass

from wire.reply import Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The extensions that matter to a client. The defaults are those of a server that offers none."""

    pipelining: bool = False
    """RFC 2920: commands may be sent without waiting for each reply."""
    eight_bit_mime: bool = False
    """RFC 6152"""
    smtputf8: bool = False
    """RFC 6531"""
    starttls: bool = False
    """RFC 3207"""
    enhanced_status_codes: bool = False
    """RFC 2034"""
    size: int | None = None
    """Octets of the largest message taken (RFC 1870); None where no limit is told."""
    auth: frozenset[str] = frozenset()
    """Names of the SASL mechanisms (RFC 4954), upper case."""


def parse_capabilities(reply: Reply) -> Capabilities:
    """Return what `reply`, a 250 to EHLO, offers. Its first line is a greeting and no keyword."""
    offered: dict[str, list[str]] = {}
    for line in reply.lines[1:]:
        # AUTH=LOGIN is how servers wrote it before RFC 2554, and some still do beside the right form.
        keyword, *parameters = line.upper().replace("AUTH=", "AUTH ").split() or [""]
        offered.setdefault(keyword, []).extend(parameters)
    return Capabilities(
        pipelining="PIPELINING" in offered,
        eight_bit_mime="8BITMIME" in offered,
        smtputf8="SMTPUTF8" in offered,
        starttls="STARTTLS" in offered,
        enhanced_status_codes="ENHANCEDSTATUSCODES" in offered,
        size=_read_size(offered.get("SIZE", [])),
        auth=frozenset(offered.get("AUTH", [])),
    )


def _read_size(parameters: list[str]) -> int | None:
    """Zero means that there is no fixed limit (RFC 1870 section 4)."""
    if len(parameters) != 1 or len(parameters[0]) > 20 or not (parameters[0].isascii() and parameters[0].isdigit()):
        return None
    return int(parameters[0]) or None
