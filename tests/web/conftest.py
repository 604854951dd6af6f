"""What the tests of pages use."""

from tests.chromium import chromium, windows
from tests.web.fixtures import base_url, house, sample

__all__ = ["base_url", "chromium", "house", "sample", "windows"]
