# Subprocesses, multiprocessing, threads and pickling inside a trial.
import concurrent.futures
import multiprocessing
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass

from decorators import trial


@dataclass
class Point:
    x: int
    y: int = 2


def square(n):
    return n * n


@trial(1, {"n": [3]})
def pool(n):
    with multiprocessing.get_context("fork").Pool(2) as workers:
        return workers.map(square, range(n))


@trial(1, {"n": [3]})
def executor(n):
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as workers:
        return list(workers.map(square, range(n)))


@trial(1, {"n": [4]})
def threads(n):
    found = []
    started = [threading.Thread(target=lambda i=i: found.append(square(i))) for i in range(n)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sorted(found)


@trial(1, {"text": ["1 + 1"]})
def child(text):
    done = subprocess.run([sys.executable, "-c", f"print({text})"], capture_output=True, text=True)
    return [done.returncode, done.stdout]


@trial(1, {"protocol": [0, 5]})
def pickled(protocol):
    point = pickle.loads(pickle.dumps(Point(1), protocol))
    function = pickle.loads(pickle.dumps(square, protocol))
    return [point == Point(1, 2), function(4), type(point).__module__]
