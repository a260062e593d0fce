"""Superpixels: numbered without holes, and the same as the `lime` package cuts."""

import threading

import numpy as np
import pytest
import torch
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.occlusion import superpixels as cutting
from core.occlusion.superpixels import KEPT, KINDS, superpixels


def photo(size: int = 32, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, 3, 4, 4, generator=generator).repeat_interleave(size // 4, 2).repeat_interleave(size // 4, 3)
    image = 0.7 * image + 0.2 * torch.rand(image.shape, generator=generator)
    return image.clamp(0, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_superpixels_are_numbered_without_holes(kind: str, channels: int) -> None:
    images = torch.cat([photo(32, 0), photo(32, 1)])[:, :channels]
    parts = superpixels(images, kind, 20)
    assert parts.shape == (2, 32, 32)
    for each in parts:
        assert each.unique().tolist() == list(range(int(each.max()) + 1))
    assert torch.equal(superpixels(images[1:], kind, 20)[0], parts[1])


def test_quickshift_is_that_of_the_lime_package() -> None:
    from lime.wrappers.scikit_image import SegmentationAlgorithm

    image = photo(48)
    theirs = SegmentationAlgorithm("quickshift", kernel_size=4, max_dist=200, ratio=0.2, random_seed=42)
    wanted = theirs(image[0].permute(1, 2, 0).double().numpy())
    assert np.array_equal(superpixels(image, "quickshift")[0].numpy(), wanted)


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was really cut: (kind, count) a picture, from an empty memory."""
    made: list[tuple[str, int]] = []
    honest = cutting._cut

    def counted(picture: np.ndarray, kind: str, count: int) -> np.ndarray:
        made.append((kind, count))
        return honest(picture, kind, count)

    monkeypatch.setattr(cutting, "_cut", counted)
    cutting._kept.clear()
    return made


def test_equal_pictures_are_cut_once_and_the_last_cuts_kept(cuts: list[tuple[str, int]]) -> None:
    one, other = photo(32, 0), photo(32, 1)
    fresh = superpixels(torch.cat([one, other, one, one]), "slic", 20)
    assert len(cuts) == 2
    assert torch.equal(fresh[0], fresh[2])
    assert not torch.equal(fresh[0], fresh[1])
    again = superpixels(one, "slic", 20)
    assert torch.equal(again[0], fresh[0])
    assert len(cuts) == 2
    again.zero_()  # what is handed out is the caller's own
    assert torch.equal(superpixels(one, "slic", 20)[0], fresh[0])
    superpixels(one, "slic", 30), superpixels(one, "quickshift", 20), superpixels(one + 1e-6, "slic", 20)
    superpixels(one[..., :16], "slic", 20)
    assert len(cuts) == 6
    for shape in ((8, 16), (16, 8)):  # the same bytes
        assert superpixels(torch.zeros(1, 3, *shape), "slic", 4).shape == (1, *shape)
    for seed in range(2, 2 + KEPT):
        superpixels(photo(16, seed), "slic", 20)
    assert len(cutting._kept) == KEPT
    superpixels(one, "slic", 20)
    assert len(cuts) == 9 + KEPT


def test_a_batch_larger_than_the_memory_is_cut_once(cuts: list[tuple[str, int]]) -> None:
    images = torch.cat([photo(16, seed) for seed in range(KEPT + 3)])
    superpixels(torch.cat([images, images]), "slic", 9)
    assert len(cuts) == KEPT + 3
    assert len(cutting._kept) == KEPT


def test_threads_that_cut_at_once_get_what_they_would_alone(cuts: list[tuple[str, int]]) -> None:
    images = torch.cat([photo(16, seed) for seed in range(KEPT + 4)])
    alone = superpixels(images, "slic", 9)
    failed: list[int] = []

    def cut(first: int) -> None:
        for turn in range(40):
            place = (first + 5 * turn) % len(images)
            if not torch.equal(superpixels(images[place : place + 1], "slic", 9)[0], alone[place]):
                failed.append(place)

    threads = [threading.Thread(target=cut, args=(first,)) for first in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert len(cutting._kept) == KEPT


def test_cutting_can_be_stopped_between_two_pictures(cuts: list[tuple[str, int]], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    scope, counted = CancelScope(), cutting._cut
    monkeypatch.setattr(cutting, "_cut", lambda *what: (scope.stop(), counted(*what))[1])
    with scope, pytest.raises(Cancelled):
        superpixels(torch.cat([photo(32, 0), photo(32, 1)]), "slic", 20)
    assert len(cuts) == 1
