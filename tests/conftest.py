import os
import signal

import pytest
from hypothesis import settings

from tests.support.without_snakemake import Server

# The same random examples each time, so that no run of all tests fails by chance; whoever asks for a
# number of examples gets new ones.
settings.register_profile("repeatable", derandomize=True)
if "MLX_RANDOM_EXAMPLES" not in os.environ:
    settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def listening():
    """Hear the signals that tests send, also where the tests run in the background.

    What a process started so ignores, its children ignore too.
    """
    for signum in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        if signal.getsignal(signum) == signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)


@pytest.fixture(scope="module")
def server():
    """Start the small process that runs steps and the reference."""
    server = Server()
    yield server
    server.close()
