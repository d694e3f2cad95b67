# Output to stdout and stderr, by Python, by subprocesses and by descriptors; no input to read.
import os
import subprocess
import sys

from decorators import setup, trial, verify

print("at module level")


@setup()
def init():
    print("{not json}")
    return {"a": 1}


@trial(1, {"n": [1, 2]})
def talk(n):
    print("line", n, "{wildcards}", "ü", "\ud800".encode("utf-8", "replace"))
    print("no newline", end="")
    print("x" * 100_000, file=sys.stderr)
    sys.stdout.write('{"success": false}\n')
    os.write(1, b"\xff\xfe raw\n")
    subprocess.run([sys.executable, "-c", "print('child')"], check=True)
    sys.stdout.flush()
    return "said"


@trial(2, {"n": [1]})
def listen(n):
    try:
        return input("? ")
    except EOFError:
        return [sys.stdin.read(), "nothing to read"]


@trial(3, {"n": [1]})
def close(n):
    sys.stdout.close()
    return "closed"


@verify(["talk"])
def check(results):
    print("judging")
    return True
