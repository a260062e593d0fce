"""Pictures in the form a browser takes: as a small JPEG, and as a data: address."""

import base64
import io

from PIL import Image

from core.images.picture import Picture


def small_jpeg(picture: Picture, side: int) -> bytes:
    """The picture as a JPEG that fits a square of `side` pixels."""
    image = Image.fromarray(picture.pixels)
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def data_url(content: bytes, kind: str = "image/png") -> str:
    """The content of a file as an address that holds all of it. kind: its media type."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
