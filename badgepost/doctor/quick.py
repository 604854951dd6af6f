"""The checks of the console's health page (`badgepost.health`), in words for the command line."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result, passed
from badgepost.health import check_one
from web.operation import Finding, Verdict

_Told = Mapping[str, str]


def make_quick(name: str) -> Callable[[Patient], Iterable[Result]]:
    """Return the check of that name in `badgepost.health.CHECKS`."""
    return partial(_look, name)


def check_database(patient: Patient) -> Iterable[Result]:
    """Is there one, does it answer, is it of the right revision?"""
    fault = patient.why_unready
    if fault is not None:  # here it is the subject; the others cannot know for this reason
        yield Result(Verdict.FAIL, fault.seen, fault.remedy)
        return
    found = check_one("revision", patient.service, patient.clock())[0].told["found"]
    kind = patient.engine.dialect.name
    yield passed(f"{kind}, of revision {found}, the one that this program needs")


def _look(name: str, patient: Patient) -> Iterable[Result]:
    return [_tell(found) for found in check_one(name, patient.service, patient.clock())]


def _tell(finding: Finding) -> Result:
    seen, remedy = _WORDS[finding.check, finding.verdict]
    return Result(finding.verdict, seen(finding.told), remedy)


def _say(words: str) -> Callable[[_Told], str]:
    return words.format_map


def _say_age(told: _Told) -> str:
    return f"the oldest waits for {told['minutes']} minutes" if "minutes" in told else "nothing waits"


def _say_relays(told: _Told) -> str:
    return f"{told['down']}" if "down" in told else f"transport is “{told['transport']}”: nobody gets a mail"


def _say_workers(told: _Told) -> str:
    return f"{told['alive']} run; silent: {told['silent']}"


_LOOK_AT_QUEUE = "badgepost queue tells whether a relay is down, a domain is at its limit, or workers are too few"
_LOOK_AT_PROCESS = "look whether badgepost process runs, and at its log"
_CLOCK = "have the clocks of all machines set by NTP"
_LISTENER = "start badgepost listen; mail servers try again for some days"

_WORDS: Mapping[tuple[str, Verdict], tuple[Callable[[_Told], str], str]] = {
    ("workers", Verdict.PASS): (_say("{alive} run"), ""),
    ("workers", Verdict.WARN): (_say_workers, "look whether they were killed; what they had goes back to the queue"),
    ("workers", Verdict.FAIL): (
        _say("none runs, so nothing leaves"),
        "start badgepost worker, or badgepost serve with workers above 0",
    ),
    ("relays", Verdict.PASS): (_say("{up} up, as workers saw last"), ""),
    ("relays", Verdict.WARN): (_say_relays, "badgepost queue tells more; in a trial nothing is to be done"),
    ("relays", Verdict.FAIL): (_say("down: {down}"), "nothing is lost and mails wait; look at the check “relay”"),
    ("relays", Verdict.UNKNOWN): (_say("no worker has told of one yet"), ""),
    ("queue", Verdict.PASS): (_say_age, ""),
    ("queue", Verdict.WARN): (_say_age, _LOOK_AT_QUEUE),
    ("queue", Verdict.FAIL): (_say_age, _LOOK_AT_QUEUE),
    ("incoming", Verdict.PASS): (_say_age, ""),
    ("incoming", Verdict.WARN): (_say_age, _LOOK_AT_PROCESS),
    ("incoming", Verdict.FAIL): (_say_age, _LOOK_AT_PROCESS),
    ("listener", Verdict.PASS): (_say("something answers at {where}"), ""),
    ("listener", Verdict.FAIL): (_say("nothing takes mail at {where}: {why}"), _LISTENER),
    ("listener", Verdict.UNKNOWN): (_say("none is started from here"), "see listener.enabled and listener.port"),
    ("clock", Verdict.PASS): (_say("{seconds} seconds off the database's"), ""),
    ("clock", Verdict.WARN): (_say("{seconds} seconds off the database's"), _CLOCK),
    ("clock", Verdict.UNKNOWN): (_say("a file has no clock to compare with"), "have it set by NTP"),
}
"""By check and verdict: what was seen, and what to do. What health may say and is not here, doctor looks at itself."""
