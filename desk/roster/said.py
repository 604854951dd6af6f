"""What a person has said about a file, beside what it says itself: which row names its columns, which column is what,
and what stands in single cells instead.

Here belong the values only. `headers` and `reading` heed them; the command line says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.roster.dates import Order

NO_HEADER = 0
"""In place of a line: the file has no row that names its columns, and its first row is somebody."""

Corrections = Mapping[int, Mapping[str, str]]
"""Line to field to the text that stands there instead."""


@dataclass(frozen=True)
class Said:
    """What holds for one file. By default, nothing was said."""

    header_line: int | None = None
    """The line that names the columns; `NO_HEADER`; None: the first that can."""
    fields: tuple[str, ...] | None = None
    """For each column its field, empty for one that is not read; None: told by their names."""
    order: Order | None = None
    """Whether dates have the day or the month first; None: told by their columns."""
    corrections: Corrections = field(default_factory=dict)


NOTHING_SAID = Said()
