"""A desk with requests at it, as the tests of requests have it."""

from tests.desk.requests.conftest import counter, desk, publisher

__all__ = ["counter", "desk", "publisher"]
