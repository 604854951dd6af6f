"""What is asked of the pages and the API, counted for Prometheus. Routes by their patterns, not by what stood there."""

from prometheus_client import Counter, Histogram

_REQUESTS = Counter(
    "badgepost_http_requests", "Requests by method, pattern of the route and status.", ("method", "route", "status")
)
_SECONDS = Histogram(
    "badgepost_http_request_seconds",
    "From the request to the end of its answer, streams left out.",
    ("area",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, route: str, status: int, seconds: float | None) -> None:
    """Count one request; `seconds` None for a stream."""
    _REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    if seconds is not None:
        area = route.split("/")[1] if route.startswith(("/api/", "/console")) else "pages"
        _SECONDS.labels(area).observe(seconds)
