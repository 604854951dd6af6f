"""docs/sharing.md says what the code does."""

from pathlib import Path

from badges.rendering.card import HEIGHT, WIDTH
from badges.rendering.sizes import SIZES
from web import studio

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sharing.md").read_text()


def test_figures_are_those_of_the_code() -> None:
    assert f"{', '.join(map(str, SIZES))} pixels" in DOCUMENT
    assert f"{WIDTH} by {HEIGHT} pixels" in DOCUMENT
    assert f"last {studio.KEPT_BYTES >> 20} MB" in DOCUMENT
    assert f"When {studio.LONGEST_QUEUE} are being made" in DOCUMENT
    assert (studio.WORKERS, "two threads" in DOCUMENT) == (2, True)
