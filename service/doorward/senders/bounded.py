"""A sender that cannot hold the service up: bounded in time, and in how many messages it carries at once."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from doorward.ceremony import Message, Sender
from doorward.core.errors import PerhapsSent, SenderUnavailable

MOST_SECONDS = 8.0
BUSY_RETRY_SECONDS = 2


class Bounded:
    """Carries at most *most* messages at once through *sender*, and waits for none longer than *seconds*.

    One that comes when all places are taken is refused at once: waiting would hold a thread of the service. One that
    takes too long keeps its place until it has ended, so that a server which hangs is not asked by ever more threads.
    """

    def __init__(self, sender: Sender, *, most: int, seconds: float = MOST_SECONDS) -> None:
        self._sender = sender
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(most)
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="doorward-send")

    def send(self, message: Message) -> None:
        """Return when the message was handed over; SenderUnavailable where it was not, PerhapsSent where late."""
        if not self._places.acquire(blocking=False):
            raise SenderUnavailable(
                message.channel, "too many messages are on their way", retry_after_seconds=BUSY_RETRY_SECONDS
            )
        sending = self._pool.submit(self._sender.send, message)
        sending.add_done_callback(self._free)
        try:
            sending.result(timeout=self._seconds)
        except TimeoutError:
            raise PerhapsSent(message.channel, "it took too long") from None

    def _free(self, _: "Future[None]") -> None:
        self._places.release()
