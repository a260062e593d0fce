"""How often a JPEG goes over all its pixels: a progressive one does so once a scan, and can ask for thousands."""

import re

MOST_SCANS = 100  # an ordinary progressive picture has about ten
MOST_MARKERS = 10_000  # looked at; what has more is for the decoder's own bounds
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)  # not a stuffed byte, and not a restart
_START, _SCAN, _END = 0xD8, 0xDA, 0xD9


def scans(raw: bytes, most: int = MOST_SCANS) -> int:
    """The scans of the first picture in a JPEG, counted up to one more than `most`.

    >>> scans(b"\\xff\\xd8" + 3 * b"\\xff\\xda\\0\\2data\\xff\\0data")
    3
    """
    count, place = 0, 2
    for _ in range(MOST_MARKERS):
        found = _MARKER.search(raw, place)
        if count > most or not found:
            break
        kind, place = found[1][0], found.end()
        if kind == _END:
            break
        count += kind == _SCAN
        if kind not in (_START, 0x01):  # these two stand alone; the others say how long they are
            place += max(int.from_bytes(raw[place : place + 2], "big"), 2)
    return count
