"""What a database refuses, counted for Prometheus, wherever it happens: words of SQLAlchemy, no values."""

from prometheus_client import Counter
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

_FAULTS = Counter(
    "badgepost_database_faults",
    "Faults of the database by kind: OperationalError (locked, full, away), IntegrityError and others.",
    ("kind",),
)


def count_faults(engine: Engine) -> None:
    """Count what goes wrong on `engine` from now on."""
    event.listen(engine, "handle_error", _note)


def _note(context: ExceptionContext) -> None:
    _FAULTS.labels(type(context.sqlalchemy_exception or context.original_exception).__name__).inc()
