"""A file from the network, whole and checked against the hash in its name, or one sentence on why not."""

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import urlsplit

from core.base import cancellation
from core.base.atomic_files import whole
from core.base.cancellation import Progress
from core.base.errors import DownloadNeeded, Unavailable

CHUNK = 1 << 18
TIMEOUT = 30.0  # seconds without a byte
_agreed: ContextVar[bool] = ContextVar("downloads_agreed", default=True)


@contextmanager
def nothing_fetched() -> Iterator[None]:
    """While inside, in this thread, what is not on this machine stays away: `fetch` raises DownloadNeeded."""
    token = _agreed.set(False)
    try:
        yield
    finally:
        _agreed.reset(token)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hex."""
    return _hash_of(path, "sha256")


def _hash_of(path: Path, kind: str) -> str:
    digest = hashlib.new(kind, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fetch(
    url: str,
    target: Path,
    prefix: str,
    what: str,
    progress: Progress | None = None,
    *,
    kind: str = "sha256",
    instead: str = "",
) -> str:
    """Download `url` to `target` if it is not there; returns the file's hash, which begins with `prefix`.

    `what` is what people call it. `progress` is told the fraction so far, and may raise to cancel. A file on disk with
    another hash is fetched anew; one from the network is refused. `kind` is sha256, or md5 where the publisher gives no
    other. Unavailable or ValueError in one sentence if it cannot be had; `instead` is what to do then, unless that
    is to put the same file there oneself. DownloadNeeded inside `nothing_fetched`.
    """
    if target.is_file() and (digest := _hash_of(target, kind)).startswith(prefix):
        return digest
    host = urlsplit(url).netloc
    if not _agreed.get():
        raise DownloadNeeded(what, host)
    missing = f"{what} are not on this machine and could not be fetched"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            return _receive(answer, target, prefix, what, host, progress, kind)
    except urllib.error.HTTPError as error:
        raise Unavailable(f"{missing}: {host} answered {error.code}", instead) from error
    except urllib.error.URLError as error:
        instead = instead or f"Connect this machine, or put the file {target.name} into {target.parent} yourself."
        raise Unavailable(f"{missing}: no connection to {host}", instead) from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise Unavailable(f"{missing}: the connection to {host} broke off", instead or "Try again.") from error
    except OSError as error:
        raise OSError(f"{missing}: {target} cannot be written ({error.strerror or error})") from error


def _receive(
    answer: http.client.HTTPResponse,
    target: Path,
    prefix: str,
    what: str,
    host: str,
    progress: Progress | None,
    kind: str,
) -> str:
    """Write what comes, count it, check it, and only then move it into place."""
    said = answer.headers.get("Content-Length", "")
    total = int(said) if said.isdigit() else 0
    digest, got = hashlib.new(kind, usedforsecurity=False), 0
    with whole(target) as file:
        while chunk := answer.read(CHUNK):
            cancellation.check()
            digest.update(chunk)
            got += file.write(chunk)
            if progress is not None:
                progress(min(got / total, 1.0) if total else 0.0, f"Fetching {what[0].lower()}{what[1:]}")
        if total and got != total:
            raise http.client.IncompleteRead(b"", total - got)
        if not digest.hexdigest().startswith(prefix):
            raise ValueError(f"{what} came from {host} with the wrong contents ({kind}), and were not kept")
    return digest.hexdigest()
