"""What went wrong in a run, in words."""

import errno
from pathlib import Path

from core.base.errors import with_advice

FULL = (errno.ENOSPC, errno.EDQUOT)
SHUT = (errno.EROFS, errno.EACCES, errno.EPERM)


def sentence(error: BaseException, folder: Path) -> str:
    """What went wrong, for the user: one sentence.

    >>> sentence(OSError(28, "No space left on device"), Path("runs/a"))
    'The disk that holds runs/a is full. Free some space, then resume.'
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in FULL:
            return f"The disk that holds {folder} is full. Free some space, then resume."
        if isinstance(cause, OSError) and cause.errno in SHUT:
            return f"{cause.filename or folder} cannot be used: {cause.strerror}."
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "There is not enough memory. A smaller batch needs less."
    said = with_advice(error)[:500]
    if isinstance(error, ValueError | OSError) and said:
        return said
    return f"{type(error).__name__}: {said or 'no message'} (the log has the details)"
