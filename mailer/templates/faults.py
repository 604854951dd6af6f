"""Why a template cannot be published, and where in its source.

`PublishFault` is the value that a caller gets; `Refusal` carries it out of the depths of a rendering and goes no
further than `mailer.templates.publishing`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishFault:
    """A template's file and line, and what is wrong there, in words for the person who writes templates."""

    template: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.template}:{self.line}: {self.reason}"


class Refusal(Exception):  # noqa: N818 - never an error of ours
    """Ends the publishing of a template."""

    def __init__(self, fault: PublishFault) -> None:
        super().__init__(str(fault))
        self.fault = fault
