"""What posting webhooks comes to, counted for Prometheus. No label has a value that an issuer or its server chose."""

from prometheus_client import Counter, Histogram

_POSTS = Counter("badgepost_hook_posts", "Webhook requests: taken, refused (an HTTP answer), unreached.", ("result",))
_results = {result: _POSTS.labels(result) for result in ("taken", "refused", "unreached")}
_SECONDS = Histogram(
    "badgepost_hook_seconds",
    "From the request to the answer.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)


def count_post(result: str, seconds: float) -> None:
    """Count one request."""
    _results[result].inc()
    _SECONDS.observe(seconds)
