"""Expected calibration error (Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599, eq. 5): does sure mean right?"""

import numpy as np
from numpy.typing import NDArray

BINS = 15  # of Guo et al.


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS
) -> list[tuple[int, float, float]]:
    """(images, mean confidence, share right) in each of `bins` bins of equal width that has images, from 0 to 1.

    A bin holds its upper end, and the first 0 too.
    """
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return [
        (int((place == each).sum()), float(confidence[place == each].mean()), float(right[place == each].mean()))
        for each in range(bins)
        if (place == each).any()
    ]


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS) -> float:
    """The mean over images of the gap between confidence and share right in their bin, from 0 to 1.

    Two images at 0.9, one of them right, and two at 0.6, both right, in bins of a tenth: (0.4 + 0.4) / 2.

    >>> sure, right = np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, False, True, True])
    >>> round(expected_calibration_error(sure, right, bins=10), 4)
    0.4
    """
    told = reliability(confidence, right, bins)
    count = sum(images for images, _, _ in told)
    return sum(images * abs(sure - share) for images, sure, share in told) / count if count else 0.0
