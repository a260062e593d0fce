"""Plant each mistake in a copy of the project and run its tests: `make mutants`, or `python -m tests.mutants WORD ...`.

Words choose the mistakes whose path has one of them. Ends with 1 if any survives.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from core.base.paths import ROOT
from tests.mutants.edits import EDITS, Edit

LINKED = ("assets", ".venv")  # large, and never written to


def main(words: list[str]) -> int:
    chosen = [each for each in EDITS if not words or any(word in each.path for word in words)]
    survived = []
    with tempfile.TemporaryDirectory(prefix="counterproof-mutants-") as folder:
        copy = Path(folder) / "project"
        copied(copy)
        for number, edit in enumerate(chosen, 1):
            caught = planted(copy, edit)
            print(f"{number} of {len(chosen)}, {'caught' if caught else 'SURVIVED'}: {edit.named}", flush=True)
            survived += [] if caught else [edit]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} mistakes are caught")
    return int(bool(survived))


def copied(target: Path) -> None:
    """The project without what its tests only read, which is linked."""
    shutil.copytree(
        ROOT, target, symlinks=True, ignore=shutil.ignore_patterns(*LINKED, ".git", "__pycache__", ".*_cache")
    )
    for name in LINKED:
        (target / name).symlink_to(ROOT / name)


def planted(copy: Path, edit: Edit) -> bool:
    """Whether a test fails with the mistake in place; it is taken out again."""
    path = copy / edit.path
    sound = path.read_text()
    path.write_text(sound.replace(edit.was, edit.becomes))
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", edit.path, *edit.tests.split()]
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False)
    finally:
        path.write_text(sound)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"the tests of {edit.path} did not run: {done.stdout.decode()[-2000:]}")
    return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
