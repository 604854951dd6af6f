"""Members with a password and an app, hashed cheaply."""

from tests.cheap_hashing import cheap_hashing
from tests.desk.conftest import desk, publisher

__all__ = ["cheap_hashing", "desk", "publisher"]
