"""How the pixels of a DICOM file are packed, and whether this installation can unpack them."""

from typing import Any

from core.base.errors import Unreadable


def name_it(data: Any) -> None:
    """Have a file that does not say how it is packed say what its other numbers show: not at all."""
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

    if "TransferSyntaxUID" not in data.file_meta:
        implicit, _ = data.original_encoding
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def expect_decoder(data: Any, name: str) -> None:
    """Unreadable, of a file called `name`, unless the pixels are packed in a way that this installation can undo."""
    from pydicom.pixels import get_decoder

    syntax = data.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated:
        return
    try:
        known = get_decoder(syntax).is_available
    except NotImplementedError:
        known = False
    if not known:
        raise refusal(data, name)


def refusal(data: Any, name: str) -> Unreadable:
    """That they are damaged or packed in another way, in one sentence."""
    syntax = data.file_meta.TransferSyntaxUID
    how = "private" if syntax.is_private or syntax.name == str(syntax) else syntax.name
    return Unreadable(
        f"{name} is damaged or packed in a way that is not supported ({how}); export it uncompressed or as JPEG 2000"
    )
