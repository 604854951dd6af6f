"""Target: rules files, which staff write and paste."""

from fuzz.expecting import expect_line, expect_storable
from inbound.rules.deciding import RuleSet
from inbound.rules.loading import load_rules

_LONGEST = 4_000


def check_rules(data: bytes) -> None:
    """A file is put in force whole, or refused with the lines that are wrong; read again, it is the same."""
    loaded = load_rules(data[:_LONGEST])
    again = load_rules(data[:_LONGEST])
    if isinstance(loaded, RuleSet):
        assert isinstance(again, RuleSet)
        assert loaded.rules == again.rules
        assert load_rules(loaded.source) is not None
        return
    assert loaded == again
    assert loaded.faults
    lines = data[:_LONGEST].count(b"\n") + data[:_LONGEST].count(b"\r") + 3
    for fault in loaded.faults:
        expect_storable(str(fault))
        expect_line(fault.message)
        assert 0 <= fault.line <= lines
