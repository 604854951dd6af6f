"""Which column of a roster holds what, told by its name in English, Spanish, French or German.

Here belong the names and the choice between columns. docs/rosters.md lists every name; a test holds the two together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.roster.cells import Cell, fold_text, shorten, write_cell

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "address": (
        "email", "e-mail", "mail", "email address", "e-mail address", "mail address", "email id", "primary email",
        "work email", "recipient email", "earner email", "learner email", "student email", "participant email",
        "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico", "email del alumno",
        "courriel", "adresse e-mail", "adresse mail", "adresse courriel", "adresse électronique", "mél",
        "e-mail-adresse", "mailadresse", "emailadresse", "mail-adresse",
    ),
    "name": (
        "name", "full name", "display name", "recipient", "recipient name", "earner", "earner name", "learner",
        "learner name", "student", "student name", "participant", "participant name", "attendee", "attendee name",
        "nombre", "nombre completo", "nombre y apellidos", "participante", "alumno", "destinatario",
        "nom", "nom complet", "nom et prénom", "prénom et nom", "participant(e)", "bénéficiaire", "destinataire",
        "vollständiger name", "vor- und nachname", "vorname und nachname", "teilnehmer", "teilnehmerin",
        "teilnehmende", "empfänger",
    ),
    "first_name": (
        "first name", "given name", "forename", "nombre de pila", "primer nombre", "prénom", "vorname",
    ),
    "last_name": (
        "last name", "surname", "family name", "apellido", "apellidos", "nom de famille", "nachname", "familienname",
    ),
    "issued_on": (
        "award date", "awarded", "awarded on", "date awarded", "issued", "issued on", "issue date", "date issued",
        "date of issue", "completion date", "completed on", "fecha de emisión", "fecha de concesión",
        "fecha de expedición", "emitido", "date d'émission", "date d'obtention", "date de délivrance", "délivré le",
        "ausstellungsdatum", "ausgestellt am", "verleihungsdatum", "verliehen am",
    ),
    "expires_on": (
        "expiry", "expiry date", "expires", "expires on", "expiration", "expiration date", "valid until",
        "valid to", "caducidad", "fecha de caducidad", "fecha de vencimiento", "válido hasta", "vencimiento",
        "expire le", "date d'expiration", "valable jusqu'au", "fin de validité", "gültig bis", "ablaufdatum",
        "läuft ab am",
    ),
    "language": (
        "language", "lang", "locale", "preferred language", "idioma", "lengua", "langue", "sprache",
    ),
    "evidence_url": (
        "evidence", "evidence url", "evidence link", "link to evidence", "evidencia", "url de la evidencia",
        "enlace a la evidencia", "preuve", "url de la preuve", "lien vers la preuve", "nachweis", "nachweis-url",
        "nachweis-link", "link zum nachweis",
    ),
    "narrative": (
        "narrative", "evidence narrative", "award narrative", "evidence description", "narrativa",
        "descripción de la evidencia", "description de la preuve", "récit", "beschreibung des nachweises",
        "nachweisbeschreibung",
    ),
}  # fmt: skip
"""What a column may be called. Case, accents, spaces and punctuation do not count."""

WEAK_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "address": ("address", "adresse", "dirección"),
    "issued_on": ("date", "fecha", "datum"),
}
"""Names that may mean something else (a street, a birthday): used only where no column has a name of `SYNONYMS`."""

_NEEDED = {"address", "name", "first_name", "last_name"}
_SURNAME_BESIDE = {"vorname": {"name"}, "prenom": {"nom", "name"}}
"""German and French rosters call the surname plainly `Name`, `Nom` beside a column for the first name."""
_GIVEN_BESIDE_SURNAME = {"nombre"}
"""Spanish ones call the first name plainly `Nombre` where there are `Apellidos`."""

WANTED = (
    "needed are one column for the address (such as “email”) and one for the name (such as “name”, "
    "or “first name” and “last name”)"
)


@dataclass(frozen=True)
class Columns:
    """The columns of one roster."""

    positions: dict[str, int]
    """Field to place in the row, from 0; the name is `name`, or `first_name` and `last_name`."""
    names: dict[str, str]
    """Field to the column's name as the file has it, made printable."""
    ignored: tuple[str, ...]
    width: int
    """How many cells a row has at most."""
    needed: int
    """How many it has at least: up to the last cell of address and name."""

    def correct(self, cells: Sequence[Cell], texts: Mapping[str, str]) -> Sequence[Cell]:
        """Return `cells` as wide as the header, with `texts` (by field) in place of what stands there."""
        row = [*cells[: self.width], *[None] * (self.width - len(cells))]
        for field, text in texts.items():
            if field in self.positions:
                row[self.positions[field]] = text
        return row


@dataclass(frozen=True)
class NoColumns:
    """Why a row is no header. `nearness` is how many of its cells were understood: the header is the row with most."""

    reason: str
    nearness: int


_STRONG = {fold_text(name): field for field, names in SYNONYMS.items() for name in names}
_WEAK = {fold_text(name): field for field, names in WEAK_SYNONYMS.items() for name in names}


def match_columns(cells: Sequence[Cell]) -> Columns | NoColumns:
    """Tell what each column of the header `cells` holds, or why they make no header."""
    names = name_columns(cells)
    return _settle(names, _find_fields([fold_text(name) for name in names]))


def map_columns(names: Sequence[str], fields: Sequence[str]) -> Columns | NoColumns:
    """The same where a person has said for each of the columns `names` which field it is; empty: it is not read."""
    found: dict[str, list[int]] = {}
    for place, field in enumerate(fields[: len(names)]):
        if field in SPOKEN:
            found.setdefault(field, []).append(place)
    return _settle(names, _leave_one_name(found))


def guess_fields(names: Sequence[str]) -> tuple[str, ...]:
    """Return for each of the columns `names` which field its name stands for; empty where it stands for none."""
    found = _find_fields([fold_text(name) for name in names])
    by_place = {places[0]: field for field, places in found.items()}
    return tuple(by_place.get(place, "") for place in range(len(names)))


def name_columns(cells: Sequence[Cell]) -> list[str]:
    """Return what the row `cells` calls its columns, made printable."""
    return [shorten(" ".join(write_cell(cell).split())) for cell in cells]


def _settle(names: Sequence[str], found: Mapping[str, list[int]]) -> Columns | NoColumns:
    doubled = next((places for places in found.values() if len(places) > 1), None)
    if doubled:
        field = next(field for field, places in found.items() if places is doubled)
        both = " and ".join(f"“{names[place]}”" for place in doubled[:2])
        return NoColumns(f"has two columns for the {SPOKEN[field]}, {both}: keep one of them", len(found))
    missing = _tell_missing(found)
    if missing:
        return NoColumns(f"has no column for the {missing}: {_tell_found(names)}; {WANTED}", len(found))
    positions = {field: places[0] for field, places in found.items()}
    used = set(positions.values())
    width = max((place + 1 for place, name in enumerate(names) if name or place in used), default=0)
    ignored = tuple(name for place, name in enumerate(names) if name and place not in used)
    needed = max(place for field, place in positions.items() if field in _NEEDED) + 1
    return Columns(positions, {field: names[place] for field, place in positions.items()}, ignored, width, needed)


SPOKEN: Mapping[str, str] = {
    "address": "address",
    "name": "name",
    "first_name": "first name",
    "last_name": "last name",
    "issued_on": "award date",
    "expires_on": "expiry date",
    "language": "language",
    "evidence_url": "evidence",
    "narrative": "narrative",
}
"""Fields in words for people."""


def _find_fields(folded: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    weak: dict[str, list[int]] = {}
    for place, name in enumerate(folded):
        if name in _STRONG:
            found.setdefault(_STRONG[name], []).append(place)
        elif name in _WEAK:
            weak.setdefault(_WEAK[name], []).append(place)
    for field, places in weak.items():
        found.setdefault(field, places)
    return _settle_names(found, folded)


def _settle_names(found: dict[str, list[int]], folded: Sequence[str]) -> dict[str, list[int]]:
    """Leave either `name` or `first_name` and `last_name`."""
    names = {folded[place] for place in found.get("name", [])}
    first = {folded[place] for place in found.get("first_name", [])}
    if "last_name" not in found and any(names <= _SURNAME_BESIDE.get(name, set()) for name in first if names):
        found["last_name"] = found.pop("name")
    elif "last_name" in found and not first and names and names <= _GIVEN_BESIDE_SURNAME:
        found["first_name"] = found.pop("name")
    return _leave_one_name(found)


def _leave_one_name(found: dict[str, list[int]]) -> dict[str, list[int]]:
    if "name" in found:
        found.pop("first_name", None)
        found.pop("last_name", None)
    return found


def _tell_missing(found: Mapping[str, list[int]]) -> str | None:
    missing = [] if "address" in found else ["address"]
    if "name" not in found:
        halves = [half for half in ("first_name", "last_name") if half not in found]
        missing += ["name"] if len(halves) == 2 else [SPOKEN[half] for half in halves]
    return " and none for the ".join(missing) or None


def _tell_found(names: Sequence[str]) -> str:
    listed = [f"“{name}”" for name in names if name]
    if not listed:
        return "no column has a name"
    if any("@" in name for name in names):
        return f"the first row, {', '.join(listed[:8])}, is no row of column names"
    return f"found {', '.join(listed[:8])}" + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
