"""What the tests of pages use."""

from tests.chromium import chromium, windows
from tests.web.fixtures import base_url, house, lasting_house, sample

__all__ = ["base_url", "chromium", "house", "lasting_house", "sample", "windows"]
