"""Who else sees the lines of the log: a tracer, if the settings name a collector.

Here belongs finding it. What it does stands in `tracing`, which is imported only then: it needs packages that are not
installed by default (`badgepost[tracing]`).
"""

from importlib import import_module

from badgepost.logging import Observer
from badgepost.refusal import Refusal
from badgepost.settings import Settings


def find_observer(settings: Settings) -> Observer | None:
    """Return what is to see each line of this process; None: nothing. Raises `Refusal` if packages are missing."""
    if not settings.tracing.endpoint:
        return None
    try:
        tracing = import_module("badgepost.tracing")
    except ModuleNotFoundError as error:
        raise Refusal(
            f"tracing.endpoint: the package {error.name} is missing; install badgepost[tracing] or empty the setting"
        ) from error
    observer: Observer = tracing.open_tracer(settings.tracing.endpoint, settings.tracing.ratio).observe
    return observer
