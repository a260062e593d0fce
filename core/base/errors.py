"""What goes wrong for causes that a reader can do something about: whoever shows the error adds the advice.

The message of an error is one sentence without a full stop.
"""

from core.base.plain_line import plain_line


class Unavailable(OSError):
    """Something must be fetched and cannot be; `advice` says what to do about it, in whole sentences."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class DownloadNeeded(Unavailable):
    """`what` is not on this machine, and nobody has agreed yet that it is fetched from `host`.

    wanted: the name it was asked for under, where whoever asked has noted it.
    """

    def __init__(self, what: str, host: str) -> None:
        super().__init__(f"{what} are not on this machine and need a download from {host}")
        self.what, self.host = what, host
        self.wanted = ""


class Unreadable(ValueError):
    """Bytes from outside are not what they should be, or too many."""


def with_advice(error: BaseException, otherwise: str = "") -> str:
    """An error as sentences: what went wrong, and what to do about it by its cause, else `otherwise`.

    >>> with_advice(Unavailable("the weights could not be fetched", "Connect this machine."), "Choose another model.")
    'the weights could not be fetched. Connect this machine.'
    >>> with_advice(ValueError("this model has two classes"), "Choose another model.")
    'this model has two classes. Choose another model.'
    >>> with_advice(FileNotFoundError(2, "No such file or directory", "a.json"))
    'a.json cannot be used: No such file or directory'
    """
    advice = getattr(error, "advice", "") or otherwise
    message = plain_line(_said(error))  # it may quote a name from outside
    return f"{message.rstrip('.')}. {advice}" if advice else message


def _said(error: BaseException) -> str:
    """The text of an error; of one from the system without its number."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename} cannot be used: " if isinstance(error.filename, str) else ""
        return f"{where}{error.strerror}"
    return str(error)
