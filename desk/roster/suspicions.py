"""What looks wrong with a roster's rows before anything is issued: bad rows, repeated people, odd addresses."""

from collections.abc import Iterable

from desk.roster.rows import Bad, Repeated, RosterLine, Row
from mailer.lint.addresses import Suspicions
from mailer.lint.findings import Finding
from mailer.lint.mail import Origin


def suspect_rows(lines: Iterable[RosterLine], origin: Origin) -> list[Finding]:
    """Return what looks wrong, one finding a suspicion. Reads the lines once and remembers no rows."""
    suspicions = Suspicions()
    for line in lines:
        match line:
            case Row():
                suspicions.add_address(line.line, line.address, origin)
            case Bad():
                message = f"{line.field} {line.reason}: nothing can be issued to such a row"
                suspicions.add("roster-row", message, line.line, line.value)
            case Repeated():
                message = "the same person stands further up, perhaps in another spelling; the badge is awarded once"
                suspicions.add("address-duplicate", message, line.line, f"as in line {line.first_line}")
    return suspicions.findings()
