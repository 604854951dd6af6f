"""What is wrong with how badgepost was set up or called, in words for the person at the command line."""


class Refusal(Exception):  # noqa: N818 - not an error of ours
    """Ends a command with exit status 2; each of `lines` says one thing and, where it helps, what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(make_printable(line) for line in lines)


def make_printable(text: str) -> str:
    """Return `text` without what would break a line or steer a terminal: it may quote a stranger's file."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)
