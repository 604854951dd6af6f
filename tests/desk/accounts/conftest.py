"""Accounts that can be logged in to, hashed cheaply."""

import pytest

from tests.cheap_hashing import cheap_hashing
from tests.desk.accounts.door import JANE, Door, set_password_of
from tests.desk.conftest import Desk, desk, publisher

__all__ = ["cheap_hashing", "desk", "publisher"]


@pytest.fixture
def door(desk: Desk, cheap_hashing: None) -> Door:
    set_password_of(desk, JANE)
    return Door(desk)
