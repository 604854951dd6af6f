"""What earners are told of changes to their name or account, at the address on record.

Here belong these letters. What the asker is told stands in `answering`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from desk.mailing import Fact, Letter
from desk.renaming import tell_of_name
from desk.requests.steps import Step
from desk.words import Intent


def tell_earner(step: Step, issuer_id: str, now: datetime) -> Iterator[Letter]:
    """Yield the letters about one change, in the name of `issuer_id`.

    Notices are stopped without one: who asked for that gets the answer, and wants no more mail.
    """
    match step.kind:
        case Intent.NAME_CHANGE:
            told = tell_of_name(step.person, step.after["name"], issuer_id, now)
            yield replace(told, key=f"{told.kind}/{step.change_id}")
        case Intent.UNLOCK:
            yield _write("account_unlocked", step, issuer_id, step.person.address)
        case Intent.REVOKE:
            award: dict[str, Fact] = {"badge": step.told["badge"], "reason": step.after["reason"]}
            yield _write("badge_revoked", step, issuer_id, step.person.address, award)
        case Intent.EMAIL_CHANGE if step.after["primary"] == step.before["primary"]:
            yield _write("address_added", step, issuer_id, step.person.address, {"new_address": step.after["subject"]})
        case Intent.EMAIL_CHANGE:
            old, new = step.before["primary"], step.after["subject"]
            addresses: dict[str, Fact] = {"old_address": old, "new_address": new}
            for address in dict.fromkeys((old, new)):
                yield _write("address_changed", step, issuer_id, address, addresses)


def _write(kind: str, step: Step, issuer_id: str, address: str, facts: dict[str, Fact] | None = None) -> Letter:
    person = step.person
    return Letter(
        kind=kind,
        key=f"{kind}/{step.change_id}/{address}",
        issuer_id=issuer_id,
        earner_id=person.earner_id,
        rcpt_to=address,
        language=person.language,
        facts={"name": person.name, "address": person.address} | (facts or {}),
    )
