"""What is wrong with how badgepost was set up or called, in words for the person at the command line."""


class Refusal(Exception):  # noqa: N818 - not an error of ours
    """Ends a command with exit status 2; each of `lines` says one thing and, where it helps, what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
