"""What no mail sets off, once an hour: proposals and drafts end, digests are written, what is old is forgotten.

Here belongs the list. Who runs it is the processor's business, or on PostgreSQL the job engine's.
"""

from datetime import datetime, timedelta

import structlog

from desk.accounts.chores import see_to_logins
from desk.drafts.keeping import sweep_drafts
from desk.office import Office
from desk.recipients.digest import write_digests
from desk.requests.answering import sweep_answers
from desk.requests.expiring import expire_proposals
from inbound.letting_go import let_go_of_raw_mail

_log = structlog.get_logger("badgepost.chores")


def do_chores(office: Office, now: datetime, keep_raw_mail: timedelta | None = None) -> None:
    """Do all of them. Each may be run again at any time. Raw mail is kept for good unless `keep_raw_mail` is given."""
    if expired := expire_proposals(office, now):
        _log.info("proposals_expired", proposals=expired)
    see_to_logins(office, now)
    if digests := write_digests(office, now):
        _log.info("bounce_digests_written", digests=digests)
    if swept := sweep_answers(office, now):
        _log.info("answers_forgotten", answers=swept)
    if swept := sweep_drafts(office, now):
        _log.info("drafts_forgotten", drafts=swept)
    if keep_raw_mail and (purged := let_go_of_raw_mail(office.engine, now, keep_raw_mail)):
        _log.info("raw_mail_let_go", mails=purged)
