"""The mistakes in what computes side by side: whose turn it is, what leaves memory, what a worker is told."""

from tests.mutants.edit import Edit

POOL, STUDIES = "tests/core/workers/test_pool.py", "tests/core/workers/test_studies.py"

WORKER_EDITS = (
    Edit("core/workers/pool.py", "if names <= set(each.models)", "if not names <= set(each.models)", POOL),
    Edit("core/workers/pool.py", "(not self.busy or size.room(models))", "True", POOL),
    Edit("core/workers/conversation.py", "> PATIENCE", "> 1e9", POOL),
    Edit("core/workers/models.py", "if made.fingerprint != wanted.fingerprint:", "if not made.fingerprint:", STUDIES),
    Edit("core/workers/models.py", "popitem(last=False)", "popitem()", "tests/core/workers/test_models.py"),
    Edit("core/workers/questions.py", "        yield None, changes.news()\n        raise", "        raise", STUDIES),
    Edit("core/workers/worker.py", "with nothing_fetched(), scope:", "with scope:", STUDIES),
    Edit("app/background/queue.py", "self.kept if own else 0", "0", "tests/app/background/test_side_by_side.py"),
    Edit(
        "app/background/recent.py",
        "        if key in self._kept:\n            self._kept.move_to_end(key)\n",
        "",
        "tests/app/background/test_recent.py",
    ),
)
