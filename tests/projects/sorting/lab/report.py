import inspect
import os
import sys


def caller():
    return inspect.stack()[2].function


def logged(value):
    return f"{caller()} {os.path.basename(__file__)} {value}"


def prefix(values, size):
    code = sys._getframe().f_code
    return [*values, size] if os.path.basename(code.co_filename) == "report.py" else []


def summary(title, runs):
    return len(title) + len(runs)
