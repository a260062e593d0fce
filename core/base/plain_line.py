"""Text from outside made safe to show: nothing in it can steer a terminal, break a line or turn the reading order.

Titles, class names, file names, log lines and errors that quote them pass through here before they are stored or shown.
"""

import re
import unicodedata

LONGEST = 2_000  # characters of a line, unless told otherwise
SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, the cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and others
    r"|\x1b[ -/]*[0-~]"  # ESC and what belongs to it
)
JOINERS = "\u200c\u200d"  # part of how some scripts, and some emoji, are written
DROPPED = ("Cc", "Cf", "Cs")  # control characters, those that act unseen (bidi overrides, tags), halves of characters


def without_sequences(text: str) -> str:
    """`text` without what a terminal takes for a command, whole."""
    return SEQUENCES.sub("", text)


def printable(text: str) -> str:
    """`text` without escape sequences and control characters but the newline; a tab becomes a space.

    >>> printable("\\x1b[31mred\\x1b[0m\\tdog\\n\\u202egod\\x07")
    'red dog\\ngod'
    """
    if text.isascii() and text.isprintable():
        return text
    lines = re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", without_sequences(text))
    return "\n".join("".join(map(_shown, line)) for line in lines)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    return "" if unicodedata.category(character) in DROPPED and character not in JOINERS else character


def plain_line(text: str, longest: int = LONGEST) -> str:
    """`text` as one line, its white space single spaces; cut at `longest` characters.

    >>> plain_line("a title\\n\\x1b]0;owned\\x07 in  two lines"), plain_line("abcdef", 4)
    ('a title in two lines', 'abc…')
    """
    line = " ".join(printable(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
