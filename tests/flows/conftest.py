"""What the tests of whole journeys use."""

from tests.badgepost.conftest import terminal
from tests.web.fixtures import base_url, house, sample

__all__ = ["base_url", "house", "sample", "terminal"]
