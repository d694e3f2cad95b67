# -*- coding: latin-1 -*- An encoding that is not UTF-8, as the file itself declares.
from decorators import trial

WORD = "café"


@trial(1, {"word": ["naïve", "ü"]})
def t(word):
    return [word, WORD, len(WORD)]
