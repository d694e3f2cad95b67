import signal

import pytest
from executor import Server


@pytest.fixture(scope="session", autouse=True)
def listening():
    """Hear the signals that tests send, also where the tests run in the background.

    What a process started so ignores, its children ignore too.
    """
    for signum in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(signum) == signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)


@pytest.fixture(scope="module")
def server():
    """Start the small process that runs steps and the reference."""
    server = Server()
    yield server
    server.close()
