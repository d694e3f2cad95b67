# Odd things that a trial may do to its process: the others do not notice, nor does its result.
import atexit
import io
import os
import signal
import sys
import tempfile
import threading
import time

from decorators import trial


@trial(1, {})
def forks():
    if os.fork() == 0:
        os._exit(0)
    return "parent"


@trial(1, {})
def closes_outputs():
    os.close(1)
    os.close(2)
    return "closed"


@trial(1, {})
def replaces_outputs():
    sys.stdout, sys.stderr = io.StringIO(), None
    print("nowhere")
    return "replaced"


@trial(1, {})
def leaves_a_thread():
    threading.Thread(target=time.sleep, args=(0.1,)).start()
    return "left"


@trial(1, {})
def exits_after_all():
    atexit.register(lambda: os._exit(9))
    return "returned"


@trial(1, {})
def exits_in_a_thread():
    thread = threading.Thread(target=sys.exit, args=(3,))
    thread.start()
    thread.join()
    return "still here"


@trial(1, {})
def ends_in_a_thread():
    thread = threading.Thread(target=os._exit, args=(3,))
    thread.start()
    thread.join()
    return "never"


@trial(1, {})
def is_alarmed():
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(5)


@trial(1, {})
def forgets_modules():
    sys.modules.clear()
    return "cleared"


@trial(1, {})
def loses_its_folder():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)
    return "nowhere"
