"""How much a worker claims before a lane asks for it, and what it reads in the same transaction.

Here belongs the size of a claim. How rows are claimed stands in `mailer.queue.claiming`.
"""

from sqlalchemy import Connection

from mailer.delivery.feed_wiring import Wiring
from mailer.delivery.telling import tell_claim
from mailer.queue.claiming import Claim, claim

CLAIM_PER_LANE = 16
"""What a lane at work or waiting is worth: the one probe of a relay that was down does not claim the lot."""
_MOST = 200
"""Messages of one claim."""
_SHELF = 1000
"""The most messages claimed ahead, when limits hold up those that are here."""


def has_enough(wiring: Wiring, waiting: int) -> bool:
    """Tell whether nothing is to be claimed now, with so many lanes `waiting`."""
    return len(wiring.shelf) >= (_SHELF if waiting else CLAIM_PER_LANE)


async def claim_ahead(wiring: Wiring, worker_id: str, lanes: int) -> Claim:
    """Claim for so many `lanes` at work or waiting; what composing will need is read with it."""
    limit = min(_MOST, CLAIM_PER_LANE * max(1, lanes))
    now, stocked = wiring.clock(), wiring.shelf.stocked_domains()

    def claim_and_look(connection: Connection) -> Claim:
        if not wiring.may_claim(connection, now):
            return Claim([])
        claimed = claim(connection, worker_id, limit, now, stocked)
        wiring.look_ahead(connection, claimed.messages)
        return claimed

    claimed = await wiring.writer.run(claim_and_look)
    tell_claim(claimed)
    return claimed
