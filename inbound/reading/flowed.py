"""Paragraphs of `text/plain; format=flowed` put together again (RFC 3676 section 4).

Here belongs undoing soft line breaks and space-stuffing. Which part of a mail is read is decided in `body`.
"""

_SIGNATURE = "-- "
"""A line of its own although it ends in a space (RFC 3676 section 4.3)."""


def join_flowed(text: str, delete_space: bool = False) -> str:
    """Return `text` with its soft line breaks undone; quoted lines keep one `>` a level before their paragraph.

    `delete_space` is the parameter DelSp: the space of a soft break is no part of the text.
    """
    joined: list[str] = []
    paragraph: list[str] = []
    level = 0
    for raw in text.split("\n"):
        line_level, line = _take_level(raw)
        if paragraph and (line_level != level or line == _SIGNATURE):
            _close(joined, paragraph, level)
        level = line_level
        if line.endswith(" ") and line != _SIGNATURE:
            paragraph.append(line[:-1] if delete_space else line)
        else:
            paragraph.append(line)
            _close(joined, paragraph, level)
    if paragraph:
        _close(joined, paragraph, level)
    return "\n".join(joined)


def _take_level(raw: str) -> tuple[int, str]:
    rest = raw.lstrip(">")
    return len(raw) - len(rest), rest.removeprefix(" ")


def _close(joined: list[str], paragraph: list[str], level: int) -> None:
    text = "".join(paragraph)
    joined.append(f"{'>' * level} {text}" if level else text)
    paragraph.clear()
