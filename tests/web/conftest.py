"""What the tests of pages use."""

from tests.web.fixtures import base_url, house, sample

__all__ = ["base_url", "house", "sample"]
