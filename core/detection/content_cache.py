"""Tensors kept on disk under the content they were computed from, so that a computation broken off goes on."""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from core.base.paths import home
from core.checkpoints.tensor_files import read_header, read_tensors, write_tensors

LARGEST = 2_000_000_000  # bytes of the folder
LEFT = 86_400  # seconds after which a file half written was left by a process that ended
SUFFIX = ".safetensors"
CONTENT = "content"  # in a file's header: the key of its own tensors


@dataclass(frozen=True)
class ContentCache:
    """Files of tensors in `folder`, at most `limit` bytes of them in all: what was used longest ago goes first.

    It only ever saves time: a file that cannot be read is as good as none, and one that cannot be written is left out.
    """

    folder: Path
    limit: int = LARGEST

    @classmethod
    def usual(cls) -> "ContentCache":
        """That in the folder `detection` of `core.base.paths.home`; OSError if there is no such place."""
        return cls(home() / "detection")

    @staticmethod
    def key(*parts: str | Tensor | Mapping[str, object]) -> str:
        """The sha256, in hexadecimal, of texts, mappings as JSON with sorted keys, and tensors: type, shape and bytes.

        Whatever differs in one of them, or in where one ends and the next begins, has another key:

        >>> ContentCache.key({"a": 1, "b": 2}) == ContentCache.key({"b": 2, "a": 1})
        True
        >>> rows = torch.zeros(2, 3)
        >>> several = ["ab", "c"], ["a", "bc"], ["abc"], [rows], [rows.T], [rows.int()]
        >>> len({ContentCache.key(*parts) for parts in several})
        6
        """
        digest = hashlib.sha256()
        for part in parts:
            if isinstance(part, Tensor):
                plain = part.detach().cpu().contiguous()
                told, raw = f"{plain.dtype} {list(plain.shape)}", plain.reshape(-1).view(torch.uint8).numpy().data
            else:
                told, raw = type(part).__name__ if isinstance(part, str) else "mapping", memoryview(_json(part))
            digest.update(f"{told} {raw.nbytes}\n".encode())
            digest.update(raw)
        return digest.hexdigest()

    def get(self, key: str) -> dict[str, Tensor] | None:
        """What was put under `key`; None if nothing was, or no longer. A file that is not as it was put is removed."""
        path = self._path(key)
        try:
            tensors, _ = read_tensors(path, ours=True)
            whole = read_header(path).get(CONTENT) == _content(tensors)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            whole = False
        with suppress(OSError):
            if whole:
                os.utime(path)
            else:
                path.unlink()
        return tensors if whole else None

    def put(self, key: str, tensors: Mapping[str, Tensor]) -> None:
        """Keep these, whole or not at all; where the disk is full, or the folder cannot be written to, not at all."""
        own = {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}  # files hold no shared memory
        if sum(each.nbytes for each in own.values()) > self.limit:
            return
        with suppress(OSError):
            write_tensors(self._path(key), own, {CONTENT: _content(own)})
            self._shrink()

    def counts_as_made(self, key: str) -> bool:
        """Whether what lies under `key` is to be told of as computed by whoever takes it."""
        return False

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SUFFIX}"

    def _shrink(self) -> None:
        """Remove what was used longest ago until the rest keeps to the limit, and what was never written to its end."""
        found = sorted(self._files(), key=lambda each: each[1].st_mtime_ns)
        size = sum(facts.st_size for _, facts in found)
        for path, facts in found:
            left = path.suffix == ".part" and time.time() - facts.st_mtime > LEFT
            if left or path.suffix == SUFFIX and size > self.limit:
                with suppress(OSError):  # another process may have removed it
                    path.unlink()
                size -= facts.st_size

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self.folder.iterdir():
            if path.suffix in (SUFFIX, ".part"):
                with suppress(OSError):
                    yield path, path.stat()


def _json(part: str | Mapping[str, object]) -> bytes:
    plain = part if isinstance(part, str) else dict(part)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), default=dict).encode()


def _content(tensors: Mapping[str, Tensor]) -> str:
    """The key of the tensors and their names."""
    return ContentCache.key(*(part for name in sorted(tensors) for part in (name, tensors[name])))
