"""What leans on aiosmtpd's private names: it must fail here, not in production, when they move."""

import asyncio

from aiosmtpd.smtp import SMTP

from inbound.listener.reception import Reception
from inbound.listener.stock import StockSession
from tests.inbound.listener.running import Shelf

AUTH_ONLY = {"_call_limit_base", "_call_limit_default"}


def test_a_session_has_every_attribute_that_aiosmtpd_gives_its_own() -> None:
    async def attributes() -> tuple[set[str], set[str]]:
        stock = SMTP(object(), hostname="mx.badgepost.example")
        reception = Reception("mx.badgepost.example", str.isascii, Shelf().keep, lambda: None)  # type: ignore[arg-type, return-value]
        return set(vars(stock)), set(vars(StockSession(reception)))

    stock, ours = asyncio.run(attributes())
    assert len(stock) > 25
    assert stock - ours - AUTH_ONLY == set()


def test_the_names_that_are_called_and_overridden() -> None:
    for name in ("_getaddr", "_handle_client", "_call_handler_hook", "_set_post_data_state", "_reset_timeout", "push"):
        assert callable(getattr(SMTP, name))
    reader = asyncio.StreamReader.__new__(asyncio.StreamReader)
    asyncio.StreamReader.__init__(reader, loop=asyncio.new_event_loop())
    reader._loop.close()
    assert (reader._buffer, reader._transport) == (bytearray(), None)
