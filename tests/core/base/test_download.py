"""Downloads against a server on this machine that breaks off, lies, refuses or is not there."""

import hashlib
import io
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import torch
from torchvision import models

from core.base import download as module
from core.base.cancellation import Cancelled, CancelScope
from core.base.download import fetch, nothing_fetched
from core.base.errors import DownloadNeeded, with_advice
from core.catalog import load_classifier
from core.classifiers import torchvision_imagenet
from tests.serving import serving

BODY = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(BODY).hexdigest()
WHAT = "The weights of Nobody (1 MB)"


class Handler(BaseHTTPRequestHandler):
    """/whole, /cut (fewer bytes than promised), /unsized (no length), /gone (404), and whatever is put into `extra`."""

    extra: dict[str, bytes] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = self.extra.get(self.path, BODY)
        self.send_response(404 if self.path == "/gone" else 200)
        if self.path != "/unsized":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path == "/cut" else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Handler.extra, Handler.asked = {}, []
    with serving(Handler) as address:
        yield address


def test_nothing_is_fetched_where_nobody_has_agreed(server: str, tmp_path: Path) -> None:
    target = tmp_path / "file.pth"
    target.write_bytes(b"damaged")
    with nothing_fetched(), pytest.raises(DownloadNeeded, match=r"^The weights of Nobody \(1 MB\) are not on"):
        fetch(f"{server}/whole", target, DIGEST[:8], WHAT)
    assert Handler.asked == []
    fetch(f"{server}/whole", target, DIGEST[:8], WHAT)
    with nothing_fetched():
        assert fetch(f"{server}/whole", target, DIGEST[:8], WHAT) == DIGEST
    assert Handler.asked == ["/whole"]


@pytest.mark.parametrize("path", ["/whole", "/unsized"])
def test_a_file_arrives_whole_with_progress_and_once(server: str, tmp_path: Path, path: str) -> None:
    told: list[float] = []
    target = tmp_path / "new" / "file.pth"
    for _ in range(2):
        digest = fetch(server + path, target, DIGEST[:8], WHAT, lambda part, _: told.append(part))
        assert digest == DIGEST
    assert target.read_bytes() == BODY
    assert Handler.asked == [path]
    assert told == sorted(told)
    assert told[-1] == (1.0 if path == "/whole" else 0.0)
    assert list(target.parent.iterdir()) == [target]


def test_a_spoilt_file_on_disk_is_fetched_anew(server: str, tmp_path: Path) -> None:
    (tmp_path / "file.pth").write_bytes(b"old")
    fetch(f"{server}/whole", tmp_path / "file.pth", DIGEST[:8], WHAT)
    assert (tmp_path / "file.pth").read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "prefix", "kind", "words"),
    [
        ("/cut", DIGEST[:8], OSError, "could not be fetched: the connection to 127.* broke off"),
        ("/gone", DIGEST[:8], OSError, "could not be fetched: 127.* answered 404"),
        ("/whole", "00000000", ValueError, "wrong contents"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(
    server: str, tmp_path: Path, path: str, prefix: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        fetch(server + path, tmp_path / "file.pth", prefix, WHAT)
    assert str(caught.value).startswith(WHAT)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_no_connection(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OSError, match=rf"The weights .* are not on this machine .*no connection to 127.0.0.1:{port}"):
        fetch(f"http://127.0.0.1:{port}/x", tmp_path / "file.pth", "00", WHAT)


def test_a_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(OSError, match="could not be fetched"):
            fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/x", tmp_path / "file.pth", "00", WHAT)


def test_a_place_that_cannot_be_written(server: str, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cannot be written"):
        fetch(f"{server}/whole", tmp_path / "weights" / "file.pth", DIGEST[:8], WHAT)


def test_a_download_can_be_stopped(server: str, tmp_path: Path) -> None:
    with CancelScope() as scope, pytest.raises(Cancelled):
        fetch(f"{server}/whole", tmp_path / "file.pth", DIGEST[:8], WHAT, lambda *_: scope.stop())
    assert list(tmp_path.iterdir()) == []


class Record:
    """Stands in for torchvision's record of default weights, at another address."""

    def __init__(self, name: str, url: str) -> None:
        real = models.get_model_weights(name).DEFAULT
        self.url, self.meta, self.transforms, self._said = url, real.meta, real.transforms, str(real)

    def __str__(self) -> str:
        return self._said


@pytest.mark.parametrize("name", ["squeezenet1_1", "shufflenet_v2_x0_5"])
def test_a_torchvision_model_fetched_and_loaded(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    torch.manual_seed(3)
    net = models.get_model(name, weights=None).eval()
    out = io.BytesIO()
    torch.save(net.state_dict(), out)
    raw = out.getvalue()
    digest = hashlib.sha256(raw).hexdigest()
    url = f"{server}/models/net-{digest[:8]}.pth"
    Handler.extra = {f"/models/net-{digest[:8]}.pth": raw}
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    monkeypatch.setattr(torchvision_imagenet, "default_weights", lambda given: Record(given, url))
    classifier = load_classifier(f"torchvision_imagenet:{name}")
    assert classifier.weights == digest
    assert classifier.key == f"torchvision_imagenet:{name}"
    images = torch.rand(2, *classifier.size)
    how = models.get_model_weights(name).DEFAULT.transforms()
    normal = (images - torch.tensor(how.mean).view(3, 1, 1)) / torch.tensor(how.std).view(3, 1, 1)
    assert torch.allclose(classifier(images), net(normal), atol=1e-5)


def test_offline_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise module.urllib.error.URLError("Name or service not known")

    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    monkeypatch.setattr(module.urllib.request, "urlopen", unreachable)
    with pytest.raises(OSError, match="no connection") as caught:
        load_classifier("torchvision_imagenet:resnet50")
    assert with_advice(caught.value).startswith(
        "The weights of ResNet-50 (98 MB) are not on this machine and could not be fetched: "
        "no connection to download.pytorch.org. Connect this machine, or put the file resnet50-"
    )


def test_pickled_code_in_published_weights_is_not_run(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    out = io.BytesIO()
    torch.save({"a": Evil()}, out)
    raw = out.getvalue()
    short = hashlib.sha256(raw).hexdigest()[:8]
    Handler.extra = {f"/net-{short}.pth": raw}
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    url = f"{server}/net-{short}.pth"
    monkeypatch.setattr(torchvision_imagenet, "default_weights", lambda given: Record(given, url))
    with pytest.raises(ValueError, match="weights"):
        load_classifier("torchvision_imagenet:squeezenet1_1")
    assert not (tmp_path / "ran").exists()
