"""What a batch leaves in its run's folder: a case for each picture, its thumbnail, and pictures of data sets."""

from pathlib import Path

from core.bundles import read
from core.study.study import Study
from core.untrusted.regular_files import read_regular

LARGEST = 64 * 10**6  # bytes


def case_folder(run: Path, step: int) -> Path:
    """Where the study of the picture of that row lies, in the form of any saved case."""
    return run / "cases" / str(step)


def thumbnail_file(run: Path, step: int) -> Path:
    """The small picture of that row: original beside attacked image."""
    return run / "thumbnails" / f"{step}.png"


def picture_file(run: Path, image: str) -> Path:
    """Where the test image lies that would be called `image` as an upload, such as "upload/0123456789abcdef"."""
    return run / "pictures" / f"{image.removeprefix('upload/')[:16]}.png"


def load_case(run: Path, step: int) -> Study:
    """The study of that row; ValueError or OSError in one sentence if it is not whole."""
    return read.load(case_folder(run, step))


def kept_picture(run: Path, image: str) -> bytes | None:
    """The bytes of a data set's test image of that name; None for a picture that was gathered."""
    try:
        return read_regular(picture_file(run, image), LARGEST)
    except OSError:
        return None
