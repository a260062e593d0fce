"""What goes wrong for causes that a reader can do something about: whoever shows the error adds the advice.

The message of an error is one sentence without a full stop.
"""


class Unavailable(OSError):
    """Something must be fetched and cannot be; `advice` says what to do about it, in whole sentences."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class Unreadable(ValueError):
    """Bytes from outside are not what they should be, or too many."""


def with_advice(error: BaseException, otherwise: str = "") -> str:
    """An error as sentences: what went wrong, and what to do about it by its cause, else `otherwise`.

    >>> with_advice(Unavailable("the weights could not be fetched", "Connect this machine."), "Choose another model.")
    'the weights could not be fetched. Connect this machine.'
    >>> with_advice(ValueError("this model has two classes"), "Choose another model.")
    'this model has two classes. Choose another model.'
    """
    advice = getattr(error, "advice", "") or otherwise
    message = " ".join(str(error).split())
    return f"{message.rstrip('.')}. {advice}" if advice else message
