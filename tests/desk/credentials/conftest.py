"""A desk with requests at it, as the tests of requests have it."""

from tests.desk.requests.conftest import _prepared, counter, desk, publisher

__all__ = ["_prepared", "counter", "desk", "publisher"]
