"""A page's websocket when its browser is no longer there."""

import asyncio
import gc
import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.websocket import WebSocketClosedError

from hamyar.server.channels import PageChannels

MESSAGE = {"header": {"msg_type": "comm_msg"}}


def channels(connection: Any) -> PageChannels:
    """As far as sending goes; ``connection`` is tornado's."""
    made = PageChannels.__new__(PageChannels)
    made.ws_connection = connection
    return made


def connection(write: Any) -> SimpleNamespace:
    return SimpleNamespace(is_closing=lambda: False, write_message=write)


def fails(*_: Any, **__: Any) -> None:
    raise WebSocketClosedError


@pytest.mark.parametrize("gone", [None, SimpleNamespace(is_closing=lambda: True), connection(fails)])
def test_nobody_is_there(gone: Any):
    """A message to a browser that has gone is dropped."""
    assert channels(gone).write_message(MESSAGE) is None


def test_gone_while_it_is_sent(caplog: pytest.LogCaptureFixture):
    """Nor is it an error when the browser goes while a message is on its way."""

    async def send() -> None:
        async def never_arrives() -> None:
            raise WebSocketClosedError

        channels(connection(lambda *_, **__: asyncio.ensure_future(never_arrives()))).write_message(MESSAGE)
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(send())
    gc.collect()

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_somebody_is_there():
    """A message is passed on as it is."""
    sent: list[Any] = []
    channels(connection(lambda message, **how: sent.append((message, how)))).write_message(MESSAGE, binary=False)

    assert [(json.loads(message), how) for message, how in sent] == [(MESSAGE, {"binary": False})]
