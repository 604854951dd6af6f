"""What logging in leaves to be seen to later: sessions and counts that are too old, owners who were not told of a lock;
and answers of the API that nobody can ask for again.

Here belongs the act that a process repeats once in a while; each part of it stands elsewhere.
"""

from datetime import datetime

from desk.access.answers import sweep_kept_answers
from desk.accounts.lock_letter import tell_of_locks
from desk.accounts.lockout import sweep_strangers
from desk.accounts.sessions import sweep_sessions
from desk.accounts.throttling import sweep_failures
from desk.members.sessions import sweep_member_sessions
from desk.office import Office


def see_to_logins(office: Office, now: datetime) -> int:
    """Tell who is to be told, forget what counts no more; return how many rows were forgotten."""
    tell_of_locks(office, now)
    with office.engine.begin() as connection:
        sweeps = (sweep_sessions, sweep_member_sessions, sweep_failures, sweep_strangers, sweep_kept_answers)
        return sum(sweep(connection, now) for sweep in sweeps)
