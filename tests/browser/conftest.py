"""A server of its own and headless Chromium to drive it. Without Chromium these tests are skipped, and say so."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.base.paths import ROOT

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


expect.set_options(timeout=90_000)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the dashboard under test keeps its files."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    """The address of a dashboard started for these tests, with empty folders."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed, so nothing was tested in a browser (Debian: apt install chromium)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"),
               "--server.port", str(port), "--server.headless", "true"]  # fmt: skip
    environment = os.environ | {"COUNTERPROOF_HOME": str(folder)}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            if process.poll() is not None:
                raise RuntimeError((folder / "server.log").read_text())
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:  # a study is being computed, and the machine is busy
            process.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one Chromium of all tests: a second Playwright in the same process cannot start."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed, so nothing was tested in a browser (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(server: str, chromium: Browser) -> Iterator[Page]:
    """A new window of 1600 x 1100; errors the page itself raises fail the test."""
    context = chromium.new_context(viewport={"width": 1600, "height": 1100}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(90_000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors


@pytest.fixture
def digits(folder: Path) -> None:
    """The gallery's digits over again, with noise of their own, under the name of MNIST, so that nothing is fetched."""
    import numpy as np
    import torch

    from core.catalog import load_classifier
    from core.images.samples import sample_images

    found = sample_images(load_classifier("mnist_cnn:standard"), 40)
    images = found[:30]
    noise = 0.1 * torch.rand(images.shape, generator=torch.Generator().manual_seed(0))
    pixels = (255 * (images + noise).clamp(0, 1)).round().to(torch.uint8)
    labels = load_classifier("mnist_cnn:standard").probabilities(pixels.float() / 255).argmax(dim=1)
    (folder / "data").mkdir(exist_ok=True)
    np.savez(folder / "data" / "mnist.npz", test_images=pixels[:, 0].numpy(), test_labels=labels.numpy())


def picture(page: Page, name: str, width: int = 1600) -> None:
    """Keep a picture of the whole page, where $COUNTERPROOF_PICTURES says; without it, none is kept."""
    if not (folder := os.environ.get("COUNTERPROOF_PICTURES")):
        return
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 900), 6000)})
    page.wait_for_timeout(1500)
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(Path(folder) / f"{name}.png"))
    page.set_viewport_size({"width": width, "height": 1100})


def no_sideways_scroll(page: Page) -> None:
    main_part = "document.querySelector('[data-testid=stMain]')"
    page.wait_for_function(f"{main_part}.scrollWidth <= {main_part}.clientWidth", timeout=15_000)  # charts settle
    edge = page.evaluate(f"{main_part}.getBoundingClientRect().right")
    for part in page.locator(".row, .frame, .tiles, table, canvas, [data-testid=stButtonGroup]").all():
        box = part.bounding_box()
        assert box is None or box["x"] + box["width"] <= edge + 1
