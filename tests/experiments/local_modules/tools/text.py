def shout(text):
    return text.upper() + MARK


MARK = "!"
