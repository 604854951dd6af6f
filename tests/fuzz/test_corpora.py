"""Every input that fuzzing has kept, through the same functions and without atheris."""

import pytest

from fuzz.targets import CORPUS, TARGETS, check_lengthened, check_timed, list_inputs


@pytest.mark.parametrize("name", TARGETS)
def test_kept_inputs(name: str) -> None:
    """One of them long, too: what takes the square of the length shows on any."""
    inputs = list_inputs(name)
    assert inputs
    for path in inputs:
        try:
            check_timed(name, path.read_bytes())
        except Exception as fault:
            fault.add_note(f"the input is {path.name}")
            raise
    check_lengthened(name, inputs[0].read_bytes())


def test_each_folder_is_of_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
