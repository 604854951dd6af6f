"""Sealing anew what was sealed with an older key, so that the older key can be taken away.

Here belongs the list of all that is sealed. Sealing itself stands in `badges.vault`.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from dataclasses import dataclass

from sqlalchemy import Engine, text

from badges.transactions import reading
from badges.vault import SealBrokenError, Vault

SEALED: tuple[tuple[str, str], ...] = (
    ("member", "totp_secret"),
    ("member_session", "totp_secret"),
    ("hook_endpoint", "secret"),
    ("hook_endpoint", "former_secret"),
    ("kept_answer", "body"),
)
"""(table, column) of everything that is sealed; each table has an `id`."""


@dataclass(frozen=True)
class Resealed:
    """What was done."""

    anew: int
    broken: int
    """What none of the keys opens: it was lost before."""


def reseal(engine: Engine, vault: Vault) -> Resealed:
    """Seal with the newest key what is sealed with another, row by row. Safe to repeat, and while others write."""
    anew = broken = 0
    for table, column in SEALED:
        with reading(engine).connect() as connection:
            rows = connection.execute(text(f"SELECT id, {column} FROM {table} WHERE {column} <> ''")).all()
        for id_, sealed in rows:
            try:
                sealed_anew = vault.seal_anew(sealed)
            except SealBrokenError:
                broken += 1
                continue
            if sealed_anew is None:
                continue
            change = text(f"UPDATE {table} SET {column} = :after WHERE id = :id AND {column} = :before")
            with engine.begin() as connection:
                anew += connection.execute(change, {"id": id_, "before": sealed, "after": sealed_anew}).rowcount
    return Resealed(anew, broken)
