"""Time and memory measured before a run: on request, and what cannot be measured is a sentence."""

from pathlib import Path

from app.refine.measure_process import Measurement
from tests.app.pages import ARGUMENTS, REFINE, TINY, button, opened, texts, until


def test_time_and_memory_are_measured_on_request(digits: Path) -> None:
    app = opened(REFINE, **TINY)
    button(app, "Measure time and memory").click()
    app.run()
    assert "Measuring a few steps" in texts(app)

    def told() -> bool:
        app.run()
        return "measured from 3 steps" in texts(app)

    until(told)
    assert not app.exception
    app.number_input(key="widget:schedule.epochs").set_value(3).run()
    assert button(app, "Measure time and memory")  # other settings, not measured yet


def test_what_cannot_be_measured_is_a_sentence(home: Path) -> None:
    found = Measurement().begin({"arguments": ARGUMENTS | {"base": "nothing:at_all"}, "device": "cpu"})
    until(lambda: not found.alive)
    assert "there is no classifier named 'nothing:at_all'" in found.message
    slow = Measurement().begin({"arguments": ARGUMENTS, "device": "cpu"})
    slow.stop()
    until(lambda: slow.process is not None and slow.process.poll() is not None, 10.0)
    assert (slow.alive, slow.found, slow.message) == (False, {}, "It was stopped.")
