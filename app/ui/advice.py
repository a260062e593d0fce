"""What went wrong, and what to do about it, for the screen: advice by cause, not one text for all."""

from app.ui.markdown import plain
from core.base.errors import Unavailable, Unreadable, with_advice


def advice(error: Exception, otherwise: str = "", *, unreadable: str = "", missing: str = "", most: int = 700) -> str:
    """An error as sentences, safe to show. Something that must be fetched says by itself how it can be had.

    otherwise: what to do about anything else; unreadable: about a file that cannot be read; missing: what else can be
    done about something that cannot be fetched.

    >>> print(advice(ValueError("two classes"), "Choose another model.").replace("\\\\", ""))
    two classes. Choose another model.
    >>> print(advice(Unreadable("no picture"), "Choose another model.", unreadable="Another file.").replace("\\\\", ""))
    no picture. Another file.
    """
    if isinstance(error, Unavailable) and error.advice and missing:
        return plain(f"{with_advice(error)} {missing}", most)
    return plain(with_advice(error, unreadable if unreadable and isinstance(error, Unreadable) else otherwise), most)
