"""Messages of a kernel arrive, also where ZeroMQ's one notice of them was taken in by something else."""

from __future__ import annotations

import asyncio
from queue import Empty

import pytest
import zmq
import zmq.asyncio
from jupyter_client.session import Session
from jupyter_mlops_converters.warm.jupyter import WatchfulChannel


def test_a_message_whose_notice_was_lost_arrives() -> None:
    async def receive() -> str:
        session = Session(key=b"key")
        with zmq.asyncio.Context() as context, zmq.Context() as plain:
            here = context.socket(zmq.PAIR)
            there = plain.socket(zmq.PAIR)
            there.linger = here.linger = 0
            there.connect(f"tcp://127.0.0.1:{here.bind_to_random_port('tcp://127.0.0.1')}")
            waiting = asyncio.create_task(WatchfulChannel(here, session).get_msg())
            await asyncio.sleep(0)
            session.send(there, "hello")
            raw = zmq.Socket.shadow(here.underlying)
            while not raw.getsockopt(zmq.EVENTS) & zmq.POLLIN:
                pass  # as sending a message on the same socket does
            message = await asyncio.wait_for(waiting, 20)
            here.close()
            there.close()
            return str(message["msg_type"])

    assert asyncio.run(receive()) == "hello"


def test_without_a_message_the_time_runs_out() -> None:
    async def receive() -> None:
        with zmq.asyncio.Context() as context:
            socket = context.socket(zmq.PAIR)
            try:
                await WatchfulChannel(socket, Session(key=b"key")).get_msg(0.3)
            finally:
                socket.close()

    with pytest.raises(Empty):
        asyncio.run(receive())


def test_a_channel_that_is_closed_ends_the_waiting() -> None:
    async def receive() -> bool:
        with zmq.asyncio.Context() as context:
            channel = WatchfulChannel(context.socket(zmq.PAIR), Session(key=b"key"))
            waiting = asyncio.create_task(channel.get_msg())
            await asyncio.sleep(0)
            channel.close()
            await asyncio.wait([waiting], timeout=20)
            return waiting.cancelled()

    assert asyncio.run(receive())
