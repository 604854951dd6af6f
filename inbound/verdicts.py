"""Whether senders were proven, for lists: the verdict on the newest mail of each of many tickets, in one query.

Here belongs that alone. Everything that was found of one mail stands in `looking`.
"""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select
from sqlmodel import col

from inbound.tables import Decision


def list_verdicts(connection: Connection, ticket_ids: Collection[str]) -> Mapping[str, str]:
    """Return words of `inbound.authentication.proof.Verdict`; tickets without a mail that was judged are left out."""
    query = (
        select(col(Decision.ticket_id), col(Decision.authentication))
        .where(col(Decision.ticket_id).in_(ticket_ids))
        .order_by(col(Decision.decided_at))
    )
    read = ((str(ticket_id), json.loads(found).get("verdict")) for ticket_id, found in connection.execute(query))
    return {ticket_id: verdict for ticket_id, verdict in read if verdict}
