"""What the tests of whole journeys use."""

from tests.badgepost.conftest import terminal
from tests.chromium import chromium, windows
from tests.web.fixtures import base_url, house, sample

__all__ = ["base_url", "chromium", "house", "sample", "terminal", "windows"]
