"""Small rules files for tests."""

from inbound.rules.deciding import RuleSet
from inbound.rules.loading import load_rules

START = "version: 1\n"


def load(text: str, version: int = 0) -> RuleSet:
    """The rules of a text that begins after the version line; a faulty one fails the test."""
    loaded = load_rules(START + text, version)
    assert isinstance(loaded, RuleSet), [str(fault) for fault in loaded.faults]
    return loaded


def rule(
    when: str,
    then: str = "ticket",
    *,
    id: str = "one",
    phase: str = "act",
    given: str = "",
    more: str = "",
    comes_to: str = "",
) -> str:
    """One rule as text. `given` are the facts of its example (otherwise those of `when`), `comes_to` its outcome."""
    deed = f"  then: {then}\n" if then else ""
    outcome = comes_to or (then if then.isalpha() else "ticket")
    return (
        f"- id: {id}\n  phase: {phase}\n  when: {when}\n{deed}{more}"
        f"  examples: [{{given: {given or when}, then: {outcome}}}]\n"
    )


def rules(*rules: str, patterns: str = "") -> str:
    """A whole file but for its version."""
    return f"{patterns}rules:\n{''.join(rules)}"
