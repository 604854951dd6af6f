"""Causes told by the text of a reply: for servers that give no status code, and for the many that give a wrong one.

Here belong phrases, in the order in which they are tried. They are gathered from the published error lists and the
habits of the large providers and mail servers. Codes stand in `status`.
"""

import re

from wire.causes import Cause

_LINK = re.compile(r"https?://([^/\s]+)\S*")
_ECHO = re.compile(r"""<[^<>\s]*@[^<>\s]*>|(?<![\w.+=/-])["']?[\w.+=/-]+@[\w.-]+["']?""")
"""Addresses that servers repeat to us: `<spam@north.example>... User unknown` is not about spam."""

_MAILBOX = r"(?:mail ?box|account|user|recipient|addressee|alias|inbox|e-?mail address|address)"
_NOT_THERE = (
    r"(?:does not|doesn'?t|did not|could not be|cannot be|can'?t be|is not|was|not|no longer|isn'?t|couldn'?t be)"
)
_KNOWN = r"(?:found|exist\w*|known|registered|listed|valid|available|active|recogni[sz]ed)"

_PHRASES: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    (Cause.GREYLISTED, (r"gr[ae]y[ -]?list",)),
    (
        Cause.FULL,
        (
            rf"{_MAILBOX}('s \w+)?( size)?( is| limit)?( currently)? (full|exceeded|over)\b",
            r"over ?quota|quota (is )?(exceeded|full)|exceed\w* (\w+ ){0,3}quota|out of storage|full mailbox",
            r"(insufficient|not enough) (\w+ ){0,2}(storage|space|quota)|bo[iî]te (\w+ ){0,3}pleine",
        ),
    ),
    (Cause.REPUTATION, (r"unwanted messages",)),
    (
        Cause.TOO_FAST,
        (
            r"rate[ -]?limit|at a rate that|throttl|frequency limit|slow down|mail flood",
            r"too (many|much) (\w+ ){0,2}(mail|message|connection|recipient|session)",
        ),
    ),
    (Cause.VIRUS, (r"\bvirus|malware|infected",)),
    (Cause.UNAUTHENTICATED, (r"\b(spf|dkim|dmarc)\b|authentication checks? fail|unauthenticated (e-?)?mail",)),
    (
        Cause.LOGIN,
        (
            r"authentication (is )?(required|failed|credentials)|must (be )?authenticat|smtp auth|not logged in",
            r"username and password not accepted|invalid (login|credentials)|client was not authenticated",
            r"unauthenticated sender",
        ),
    ),
    (Cause.SPAM, (r"black ?listed url",)),
    (Cause.NO_DOMAIN, (r"account or domain may not exist",)),
    (
        Cause.REPUTATION,
        (
            r"[dr]ns?bl\b|\brbl\b|black ?list|block ?list|deny ?list|spamhaus|sorbs|spamcop|barracuda|senderbase",
            r"blocked (using|by|for)|reputation|banned|reverse dns|\bptr\b|\baup#|open relay|ip (address )?block",
            r"(client host|server|host network|sending ip|ip source) (\S+ ){0,4}(rejected|not allowed|bloqu)",
            r"unverifyable sending|accepting connections",
        ),
    ),
    (
        Cause.SENDER,
        (
            r"sender (\S+ ){0,3}(rejected|refused|denied|invalid|unknown|blocked|not)|sendasdenied",
            r"(mail from|return path|envelope from) (\S+ ){0,3}(rejected|refused|denied|invalid|not)|domain of sender",
            r"not (allowed|permitted|authori[sz]ed) to send|address is not verified|from: domain is invalid",
        ),
    ),
    (
        Cause.RELAYING,
        (
            r"\b(no|not|unable to|cannot|won'?t|don'?t) (\w+ ){0,3}relay|relay\w* (\w+ ){0,2}(denied|prohibit)",
            r"relay not (permitted|allowed)|relaying not|relayed mail is not",
        ),
    ),
    (
        Cause.DISABLED,
        (
            rf"{_MAILBOX} (\S+ ){{0,7}}(disabled|inactive|suspended|frozen|deactivated|is closed|locked|archiv)",
            rf"(disabled|inactive|suspended|archived) {_MAILBOX}|archiv[eé]+e?\b",
        ),
    ),
    (Cause.UNREACHABLE, (r"host not found, try again",)),
    (
        Cause.NO_DOMAIN,
        (
            r"\b(host|domain)( name)?( \S+)? (unknown|not found|doesn'?t exist|does not exist|is not reachable)",
            r"(no such|unknown|invalid) (host|domain)|null ?mx|nxdomain|bad destination (system|host)",
            r"\b(no mx|mx or srv) record .{0,20}(found|no smtp)|couldn'?t find any host",
            r"name (service|or service) (error|not known)",
        ),
    ),
    (Cause.MOVED, (rf"{_MAILBOX} (\S+ ){{0,2}}moved|recipient no longer (on|at|with)",)),
    (
        Cause.NO_MAILBOX,
        (
            rf"(unknown|no such|invalid|illegal|bad|nonexistent) (local )?{_MAILBOX}",
            rf"{_MAILBOX}( address| name| id| you \w+)?( that you tried to reach)? {_NOT_THERE} {_KNOWN}",
            rf"{_MAILBOX}( is)? (unknown|unavailable|invalid)|no mailbox here|not our (user|customer)",
            rf"{_MAILBOX}: not found|recip\w*notfound|(is|are) not a(n|ny)? (valid|known|registered|active)",
            r"not a valid (recipient|mailbox)|doesn'?t have an? \S+ account|unrouteable|unknown in \w+ \w+ table",
            r"not listed in .{0,20}(directory|address book)|invalid final delivery userid|no valid recipients",
            r"recipient address rejected: access denied|address rejected\.?$",
            r"adresse( \S+){0,6} (invalide|inconnue)|utilisateur inconnu|empf(ä|ae)nger( \w+)? unbekannt",
        ),
    ),
    (Cause.TOO_BIG, (r"(message|mail|size) (\S+ ){0,2}(too (large|big|long)|exceeds)|(too|very) large for",)),
    (Cause.REPUTATION, (r"\bip\b.{0,40}(spam|block|listed|bad)|(spam|block)\w* .{0,40}\bip\b",)),
    (Cause.SPAM, (r"\bspam|unsolicited|\bu[bc]e\b|\bjunk\b|bulk mail|message content (\w+ )?reject",)),
    (Cause.CONTENT, (r"attachment|\bheaders?\b|\bmime\b|media error|content|purported responsible",)),
    (Cause.DENIED, (r"polic(y|ies)|recipient preferences|message filtered|access denied|not authori[sz]ed",)),
    (
        Cause.UNREACHABLE,
        (r"timed? ?out|message expired|connection (refused|lost|reset)|no route to host|network is unreach",),
    ),
    (Cause.BROKEN, (r"temporary (failure|error|problem)|try (again )?later|service (currently )?(unavailable|refus)",)),
)

_COMPILED = tuple((cause, re.compile("|".join(phrases))) for cause, phrases in _PHRASES)
_LONGEST = 2_000
"""Characters that are looked at: what a server has to say, it says at the start."""


def find_cause(text: str) -> Cause | None:
    """Return the cause that `text`, the words of a reply, tells; None where it tells none that is known."""
    plain = _ECHO.sub(" ", _LINK.sub(r"\1", text[:_LONGEST].lower()))
    plain = " ".join(plain.split())
    return next((cause for cause, phrases in _COMPILED if phrases.search(plain)), None)
