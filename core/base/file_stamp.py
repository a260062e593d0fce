"""What changes when files are replaced: the mark that says that something read earlier must be read again."""

from pathlib import Path


def file_stamp(*paths: Path) -> str:
    """Changes when one of these files is written anew, comes or goes; "" where the first is not there."""
    told = []
    for path in paths:
        try:
            facts = path.stat()
        except (OSError, ValueError):
            told.append("-")
            continue
        told.append(f"{facts.st_mtime_ns} {facts.st_size} {facts.st_ino}")
    return "" if told[0] == "-" else " ".join(told)
