"""`/console/rules/edit`: changing the rules file: errors in place, tried on mails, compared on past mail, published.

Here belongs the form, which does each of these with one button and keeps what was typed. Nothing has an effect but the
last. Trying stands in `rules_trying`.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from inbound.replaying import Replay
from inbound.rulebook import Overtaken, publish_after
from inbound.rules.deciding import RuleSet
from inbound.rules.faults import Refused
from inbound.rules.loading import load_rules
from inbound.rules.rule import Phase
from web.console.pages import show_console
from web.console.rules import LARGEST_NUMBER, LONGEST_NOTE, Based, Note
from web.console.rules_kept import find_number_in_force, read_rules
from web.console.rules_trying import MOST_REPLAYED, SPANS, NotTried, Tried, replay_past, try_pasted, try_stored
from web.console.visitors import ActingSupporter, Colleague, Supporter
from web.context import READ, MailReader, Service, Shown
from web.needs import WebService
from web.pages import Pages
from web.reading_room import ReadingRoom

router = APIRouter()

MOST_DIFFERENCES = 100
"""Shown of a comparison; the sums are of all."""

Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form holds."""

    text: str
    based_on: int
    """The version that the change began with."""
    mail: str = ""
    """A mail that was pasted."""
    stored: str = ""
    """The id of a mail that came in, or its ticket's reference."""
    days: int = 7
    note: str = ""


@router.api_route("/console/rules/edit", methods=READ)
def show_editor(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    service: Service,
    pages: Shown,
    supporter: Supporter,
    version: int | None = None,
    mail: str = "",
) -> Response:
    """Show the file in force, or an older one, to be changed."""
    with reading(service.office.engine).connect() as connection:
        in_force = find_number_in_force(connection)
        number = in_force if version is None or not 0 <= version <= LARGEST_NUMBER else version
        text = read_rules(connection, service, number) or service.judging.shipped
    return _show(request, pages, supporter, Sent(text, in_force, stored=mail[:100]), {})


@router.post("/console/rules/edit")
def take_change(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    room: MailReader,
    supporter: ActingSupporter,
    based_on: Based,
    do: Text,
    text: Text = "",
    mail: Text = "",
    file: UploadFile | None = None,
    stored: Text = "",
    days: Text = "7",
    note: Note = "",
) -> Response:
    """Do what the button says with the text."""
    text = text.replace("\r\n", "\n")
    days_back = int(days) if days in map(str, SPANS) else SPANS[1]
    sent = Sent(text, based_on, mail, stored.strip()[:100], days_back, note)
    loaded = load_rules(text)
    if isinstance(loaded, Refused):
        return _show(request, pages, supporter, sent, {"faults": loaded.faults}, status=422)
    match do:
        case "try":
            content = file.file.read() if file is not None and file.size else mail.encode("utf-8", "replace")
            return _show(request, pages, supporter, sent, {"tried": _try(service, room, loaded, sent, content)})
        case "replay":
            return _show(request, pages, supporter, sent, _compare(service, room, loaded, sent))
        case "publish":
            return _publish(request, service, pages, supporter, loaded, sent)
        case _:
            return _show(request, pages, supporter, sent, {"checked": _check(loaded)})


def _check(rules: RuleSet) -> dict[str, Any]:
    """Return how many rules and examples there are. Every example comes out, else the file would not have loaded."""
    return {"rules": len(rules.rules), "examples": sum(len(rule.examples) for rule in rules.rules)}


def _try(service: WebService, room: ReadingRoom, rules: RuleSet, sent: Sent, content: bytes) -> Tried | NotTried:
    if sent.stored:
        return try_stored(service, room, rules, sent.stored)
    if not content.strip():
        return NotTried("no_mail")
    return try_pasted(service, room, rules, content, service.clock())


def _compare(service: WebService, room: ReadingRoom, rules: RuleSet, sent: Sent) -> dict[str, Any]:
    with reading(service.office.engine).connect() as connection:
        number = find_number_in_force(connection)
        in_force = load_rules(read_rules(connection, service, number) or "", number)
    if isinstance(in_force, Refused):
        return {"replayed": None, "broken": number}
    result: Replay = replay_past(service, room, rules, in_force, sent.days)
    return {"replayed": result, "moves": result.count_moves(), "shown": result.differences[:MOST_DIFFERENCES]}


def _publish(  # noqa: PLR0913, PLR0917 - what, who, why
    request: Request, service: WebService, pages: Pages, who: Colleague, rules: RuleSet, sent: Sent
) -> Response:
    if not sent.note.strip():
        return _show(request, pages, who, sent, {"note_fault": True}, status=422)
    now = service.clock()
    done = publish_after(service.office.engine, rules, who.actor, sent.note.strip(), sent.based_on, now)
    if isinstance(done, Overtaken):
        return _show(request, pages, who, sent, {"overtaken": done.number}, status=409)
    said = "published" if done.is_new else "unchanged"
    return RedirectResponse(f"{service.place.root}/console/rules?said={said}", 303)


def _show(  # noqa: PLR0913 - what is shown, to whom
    request: Request, pages: Pages, who: Colleague, sent: Sent, results: dict[str, Any], *, status: int = 200
) -> Response:
    nothing = {"faults": (), "checked": None, "tried": None, "replayed": None, "broken": None}
    settled = {"note_fault": False, "overtaken": None, "moves": (), "shown": ()}
    values = {
        **nothing,
        **settled,
        "sent": sent,
        "spans": SPANS,
        "most": MOST_REPLAYED,
        "longest_note": LONGEST_NOTE,
        "phases": list(Phase),
        "is_tried": isinstance(results.get("tried"), Tried),
        **results,
    }
    return show_console(request, pages, who, "rules_edit.html", values, area="rules", status=status)
