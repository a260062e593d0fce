"""The server of published data sets."""

from collections.abc import Iterator

import pytest

from tests.core.datasets.served import Handler
from tests.serving import serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Handler.files, Handler.asked, Handler.cut = {}, [], ""
    with serving(Handler) as address:
        yield f"{address}/"
