"""The cache gives back what was put, to the bit, or nothing: never what was damaged, never an error."""

import errno
import os
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.detection.content_cache import LEFT, ContentCache

TENSORS = {"maps": torch.linspace(-1, 1, 12).view(3, 2, 2), "answers": torch.tensor([1, 0, 2]), "none": torch.empty(0)}


@pytest.fixture
def cache(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path / "detection")


def same(one: dict[str, Tensor] | None, other: dict[str, Tensor]) -> bool:
    return one is not None and one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and torch.equal(one[name], other[name]) for name in other
    )  # fmt: skip


def files(cache: ContentCache) -> list[Path]:
    return sorted(cache.folder.iterdir())


def aged(cache: ContentCache, key: str, seconds: int) -> None:
    path = cache.folder / f"{key}.safetensors"
    os.utime(path, ns=(path.stat().st_mtime_ns - seconds * 10**9,) * 2)


def test_what_is_put_comes_back(cache: ContentCache) -> None:
    assert cache.get("a") is None
    cache.put("a", TENSORS)
    assert same(cache.get("a"), TENSORS)
    assert cache.get("b") is None
    cache.put("a", {"other": torch.ones(2)})
    assert same(cache.get("a"), {"other": torch.ones(2)})
    assert [path.name for path in files(cache)] == ["a.safetensors"], "and nothing half written beside it"


def test_views_of_one_storage_and_rows_out_of_order_are_kept(cache: ContentCache) -> None:
    whole = torch.arange(12.0).view(3, 4)
    cache.put("a", {"first": whole[:2], "second": whole[1:], "turned": whole.T})
    assert same(cache.get("a"), {"first": whole[:2], "second": whole[1:], "turned": whole.T.contiguous()})


def test_keys_tell_contents_apart() -> None:
    rows = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    nearly = rows.clone()
    nearly[1, 1] = torch.nextafter(nearly[1, 1], torch.tensor(9.0))
    parts = [
        [rows], [rows.double()], [rows.flatten()], [rows.T], [nearly], [rows, ""], ["", rows], [rows, rows],
        [rows == 1], [{"a": 1}], [{"a": 1.0}], [{"a": "1"}], [{"b": 1}], [{"a": 1, "b": None}], ['{"a":1}'], [{}],
        [""], [], [torch.tensor(1)], [torch.tensor([1])], [torch.empty(0)], [torch.empty(0, 3)], [{"a": (0.1,)}],
    ]  # fmt: skip
    assert len({ContentCache.key(*each) for each in parts}) == len(parts)
    assert ContentCache.key({"a": (1, 2), "b": {"c": 1}}) == ContentCache.key({"b": {"c": 1}, "a": [1, 2]})
    assert ContentCache.key(rows.T) == ContentCache.key(rows.T.contiguous()), "its values, not how they lie in memory"


def test_a_damaged_file_is_as_good_as_none_and_removed(cache: ContentCache) -> None:
    cache.put("a", TENSORS)
    path = cache.folder / "a.safetensors"
    raw = path.read_bytes()
    middle = len(raw) - 40
    flipped = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]  # one bit of a number: still safetensors
    for damaged in (b"", raw[:5], raw[: len(raw) // 2], raw[:-1], raw + b"x", flipped, b"PK\3\4" * 20, b"\xff" * 100):
        path.write_bytes(damaged)
        assert cache.get("a") is None
        assert not path.exists()
    cache.put("a", TENSORS)
    assert same(cache.get("a"), TENSORS), "and can be put again"


def test_a_file_of_another_origin_is_none(cache: ContentCache) -> None:
    from safetensors.torch import save_file

    cache.folder.mkdir()
    save_file({"maps": torch.ones(2)}, cache.folder / "a.safetensors")
    assert cache.get("a") is None


def test_on_a_full_disk_nothing_is_kept_and_nothing_is_said(
    cache: ContentCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("a", TENSORS)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.checkpoints.tensor_files.write_whole", full)
    cache.put("b", TENSORS)
    assert cache.get("b") is None
    assert same(cache.get("a"), TENSORS)


def test_where_no_folder_can_be_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = ContentCache(tmp_path / "file" / "detection")
    cache.put("a", TENSORS)
    assert cache.get("a") is None


def test_what_was_used_longest_ago_goes_first(cache: ContentCache) -> None:
    one = {"values": torch.zeros(1000)}
    for age, key in enumerate("dcba"):  # a is the oldest, d the youngest
        cache.put(key, one)
        aged(cache, key, 100 * (age + 1))
    assert cache.get("a") is not None, "used again: now it is the youngest"
    aged(cache, "a", 50)
    size = files(cache)[0].stat().st_size
    small = ContentCache(cache.folder, limit=3 * size)
    small.put("e", one)
    assert [path.stem for path in files(cache)] == ["a", "d", "e"]
    ContentCache(cache.folder, limit=3 * size - 1).put("d", one)
    assert [path.stem for path in files(cache)] == ["d", "e"]


def test_what_is_larger_than_the_whole_cache_pushes_nothing_out(cache: ContentCache) -> None:
    cache.put("a", TENSORS)
    ContentCache(cache.folder, limit=1000).put("b", {"values": torch.zeros(1000)})
    assert [path.stem for path in files(cache)] == ["a"]


def test_what_a_process_left_half_written_goes_and_other_files_stay(cache: ContentCache) -> None:
    cache.folder.mkdir()
    left, young, foreign = (cache.folder / name for name in (".1.part", ".2.part", "notes.txt"))
    for path in (left, young, foreign):
        path.write_bytes(bytes(100_000))
    os.utime(left, (0, left.stat().st_mtime - LEFT - 60))
    os.utime(foreign, (0, 0))
    ContentCache(cache.folder, limit=50_000).put("a", TENSORS)
    assert not left.exists()
    assert young.exists(), "another process may be writing it"
    assert foreign.exists()


def test_the_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    assert ContentCache.usual() == ContentCache(tmp_path / "detection", limit=2_000_000_000)
