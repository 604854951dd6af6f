"""premailer as we use it. Imported by whoever compiles a template, and by nobody else: with it come an HTTP client and
a CSS library, a tenth of a second of each process's start.

Here belong its options and one memory of ours. What is done around it stands in `inlining`.
"""

import logging
from functools import lru_cache
from typing import Any

from premailer import Premailer


class _Inliner(Premailer):  # type: ignore[misc]  # the library tells no types
    """Works out a style sheet once, not for each of the documents that bear it: that took half of publishing."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
        return _recall_rules(css_body, ruleset_index)

    def parse_anew(self, css_body: str, ruleset_index: int) -> Any:
        """Return the rules, and what of them stays in the sheet. Neither is changed by whoever gets them."""
        return super()._parse_style_rules(css_body, ruleset_index)


def transform(html: str) -> str:
    """Return `html` with its rules in style attributes."""
    return str(_make_inliner(html).transform(pretty_print=False))


def _make_inliner(html: str) -> _Inliner:
    return _Inliner(
        html,
        strip_important=False,  # else the @media rules lose it too, and with it against inlined styles
        disable_validation=True,
        allow_network=False,
        disable_link_rewrites=True,
        align_floating_images=False,  # no picture of ours floats, and cssutils would validate each one's style
        cssutils_logging_level=logging.CRITICAL,
    )


@lru_cache(maxsize=64)
def _recall_rules(css_body: str, ruleset_index: int) -> Any:
    return _make_inliner("").parse_anew(css_body, ruleset_index)
