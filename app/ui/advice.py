"""What went wrong, and what to do about it, for the screen: advice by cause, not one text for all."""

from app.ui.markdown import plain
from core.base.errors import Unreadable, with_advice


def advice(error: Exception, otherwise: str = "", *, unreadable: str = "", most: int = 700) -> str:
    """An error as sentences, safe to show. Something that must be fetched says by itself how it can be had.

    otherwise: what to do about anything else; unreadable: what to do about a file that cannot be read.

    >>> advice(ValueError("this model has two classes"), "Choose another model.")
    'this model has two classes. Choose another model.'
    >>> advice(Unreadable("a.png is no picture"), "Choose another model.", unreadable="Choose another file.")
    'a.png is no picture. Choose another file.'
    """
    fallback = unreadable if unreadable and isinstance(error, Unreadable) else otherwise
    return plain(with_advice(error, fallback), most)
