# Module-level statements that change what other names hold.
import math
import types

from decorators import trial

CONFIG = {"a": 1}
CONFIG["b"] = 2
CONFIG.update(c=3)
ITEMS = [3, 1, 2]
ITEMS.sort()
ITEMS += [9]
ALIAS = ITEMS
ALIAS.append(10)
COUNT = 0
COUNT += 5
box = types.SimpleNamespace(x=1)
box.y = 2
box.x += 10
math.answer = 42
removed = "here"
del removed


def bump():
    global COUNT
    COUNT += 1
    return COUNT


class Settings:
    level = 1


Settings.level = 2
setattr(Settings, "name", "n")
bump()
A, B = 1, 2
A, B = B, A
with open(__file__, encoding="utf-8") as _file:
    FIRST_LINE = _file.readline()
try:
    import not_installed_at_all
except ImportError:
    not_installed_at_all = None
if (n := len(ITEMS)) > 3:
    SIZE = "large"
elif n:
    SIZE = "small"
while COUNT < 8:
    bump()


@trial(1, {"k": [1, 2]})
def look(k):
    return [
        CONFIG, ITEMS, bump(), box.x, box.y, math.answer, Settings.level, Settings.name, A, B,
        FIRST_LINE.split(":")[0], not_installed_at_all, SIZE, n, "removed" in globals(),
    ]
