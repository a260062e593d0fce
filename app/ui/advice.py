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
    if isinstance(error, Unavailable) and error.advice and missing:
        return plain(f"{with_advice(error)} {missing}", most)
    return plain(with_advice(error, unreadable if unreadable and isinstance(error, Unreadable) else otherwise), most)
