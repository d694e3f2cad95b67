"""What is said of a child that is not waited for, with Python's own function and without it, as on macOS."""

import os
import signal

import pytest

from mlx2smk.runtime import children


@pytest.fixture(params=["Python", "the C library"], autouse=True)
def _way(request, monkeypatch):
    if request.param != "Python":
        monkeypatch.delattr(os, "waitid")


def forked(do):
    pid = os.fork()
    if not pid:
        do()
        os._exit(99)
    return pid


@pytest.mark.parametrize("code", [0, 3])
def test_a_child_that_exits(code):
    pid = forked(lambda: os._exit(code))
    assert children.exits(pid)
    assert children.has_ended(pid)
    assert children.stopped_by(pid) == 0
    assert os.waitpid(pid, 0)[1] == code << 8


def test_a_child_that_a_signal_ends():
    pid = forked(signal.pause)
    try:
        assert not children.has_ended(pid)
        os.kill(pid, signal.SIGSTOP)
        while not children.stopped_by(pid):
            pass
        assert children.stopped_by(pid) == signal.SIGSTOP
        assert not children.has_ended(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
    assert not children.exits(pid)
    assert children.has_ended(pid)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL


def test_what_is_no_child():
    pid = forked(lambda: None)
    os.waitpid(pid, 0)
    assert children.stopped_by(pid) == 0
    for ask in (children.has_ended, children.exits):
        with pytest.raises(ChildProcessError):
            ask(pid)
