"""What a place has to offer now, in a few words; nothing where that is not known."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from core.base.run_folder import runs_folder
from core.runs.launchers.local import Local
from core.runs.launchers.ray import Ray
from core.runs.status import Status, write_status
from tests.serving import serving

USAGE = {"CPU": [3.0, 64.0], "GPU": [7.0, 8.0], "memory": [0.0, 1e9]}


def cluster(usage: Any) -> type[BaseHTTPRequestHandler]:
    """The head of a cluster, which says what is used as Ray 2.60 does."""

    class Head(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/api/cluster_status"
            said = {"result": True, "data": {"clusterStatus": {"loadMetricsReport": {"usage": usage}}}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None: ...

    return Head


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (USAGE, "free: 1 GPU and 61 cores"),
        ({"CPU": [1.0, 2.0]}, "free: 1 core"),
        ({}, ""),
        ({"CPU": "many"}, ""),
        (3, ""),
    ],
)
def test_ray_says_what_is_free(usage: Any, said: str) -> None:
    with serving(cluster(usage)) as address:
        assert Ray(address=address).offer() == said
    assert Ray(address=address).offer() == "", "it has gone"


def test_this_machine_says_how_many_runs_there_are(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert Local().offer() == "8 cores, 0 runs at work, 0 waiting"
    for number in range(3):
        folder = runs_folder() / f"20260101-00000{number}-0000000a"
        folder.mkdir(parents=True)
        write_status(folder, Status(state="queued", submitted=1.0, queued=1.0))
        (folder / "spec.json").write_text('{"task": "evaluate"}')
    monkeypatch.setattr("core.runs.launchers.local.read_status",
                        lambda path: Status(state="running" if path.name[14] == "0" else "queued"))  # fmt: skip
    assert Local().offer() == "8 cores, 1 run at work, 2 waiting"
