# Strings that a shell, a path, a wildcard or JSON might mangle.
from decorators import trial


@trial(
    1,
    {
        "text": [
            "", " ", "  two  ", ".", "..", "../..", "/", "/etc/passwd", "a/b", "~", "-", "--help", "-j4",
            "'", '"', "\"'", "\\", "\\n", "\n", "a\nb\n", "\t", "\r\n", "\x00", "\x1b[31m", "\x7f",
            "{}", "{a}", "{{", "{input}", "{wildcards.job}", "%s", "%(a)s", "$HOME", "$(id)", "`id`",
            "${x}", "*", "?", "[a]", "a|b", "a;b", "a&b", "#", "!", "a=b", "null", "NaN", "é", "ß", "日本",
            "🎉", "\u202e", "\u2028", "e\u0301", "\ud800", "''' \"\"\"", "f'{1}'", "\N{BULLET}",
        ]
    },
)
def echo(text):
    return {"text": text, "points": [ord(character) for character in text]}
