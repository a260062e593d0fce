"""What went wrong, and what to do about it, for the screen: advice by cause, not one text for all."""

from app.ui.markdown import plain
from core.base.errors import Unavailable, Unreadable, with_advice


def advice(error: Exception, otherwise: str = "", *, unreadable: str = "", missing: str = "", most: int = 700) -> str:
    """An error as sentences, safe to show. Something that must be fetched says by itself how it can be had.

    otherwise: what to do about anything else; unreadable: about a file that cannot be read; missing: what else can be
    done about something that cannot be fetched.

    >>> advice(ValueError("this model has two classes"), "Choose another model.")
    'this model has two classes. Choose another model.'
    >>> advice(Unreadable("a.png is no picture"), "Choose another model.", unreadable="Choose another file.")
    'a.png is no picture. Choose another file.'
    """
    fallback = unreadable if unreadable and isinstance(error, Unreadable) else otherwise
    more = f" {missing}" if missing and isinstance(error, Unavailable) else ""
    return plain(with_advice(error, fallback) + more, most)
