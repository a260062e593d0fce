"""A file from the network, whole and checked against the hash in its name, or one sentence on why not."""

import hashlib
import http.client
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from core import meter
from core.atomic import whole
from core.sources import Progress

CHUNK = 1 << 18
TIMEOUT = 30.0  # seconds without a byte


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fetch(url: str, target: Path, prefix: str, what: str, progress: Progress | None = None) -> str:
    """Download `url` to `target` if it is not there; returns the file's sha256, which begins with `prefix`.

    `what` is what people call it. `progress` is told the fraction so far, and may raise to cancel. A file on disk with
    another hash is fetched anew; one from the network is refused. OSError or ValueError in one sentence if it cannot be
    had.
    """
    if target.is_file() and (digest := sha256_of(target)).startswith(prefix):
        return digest
    host = urlsplit(url).netloc
    missing = f"{what} are not on this machine and could not be fetched"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            return _receive(answer, target, prefix, what, host, progress)
    except urllib.error.HTTPError as error:
        raise OSError(f"{missing}: {host} answered {error.code}.") from error
    except urllib.error.URLError as error:
        raise OSError(
            f"{missing}: no connection to {host}. Connect this machine, or put the file {target.name} into "
            f"{target.parent} yourself."
        ) from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise OSError(f"{missing}: the connection to {host} broke off. Try again.") from error
    except OSError as error:
        raise OSError(f"{missing}: {target} cannot be written ({error.strerror or error}).") from error


def _receive(
    answer: http.client.HTTPResponse, target: Path, prefix: str, what: str, host: str, progress: Progress | None
) -> str:
    """Write what comes, count it, check it, and only then move it into place."""
    said = answer.headers.get("Content-Length", "")
    total = int(said) if said.isdigit() else 0
    digest, got = hashlib.sha256(), 0
    with whole(target) as file:
        while chunk := answer.read(CHUNK):
            meter.check()
            digest.update(chunk)
            got += file.write(chunk)
            if progress is not None:
                progress(min(got / total, 1.0) if total else 0.0, f"Fetching {what[0].lower()}{what[1:]}")
        if total and got != total:
            raise http.client.IncompleteRead(b"", total - got)
        if not digest.hexdigest().startswith(prefix):
            raise ValueError(f"{what} came from {host} with the wrong contents (sha256), and were not kept.")
    return digest.hexdigest()
