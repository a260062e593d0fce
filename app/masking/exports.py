"""What is taken along of the checks against masked gradients: every value measured (JSON)."""

import json

from app.measuring.kind import Names, Told
from core.runs.rows import finite
from core.runs.run import Run
from core.runs.tasks.masking import MaskingRequest


def exports(told: Told, run: Run, asked: MaskingRequest, names: Names) -> dict[str, bytes]:
    """File name -> content."""
    return {"checks.json": (json.dumps(finite(dict(told)), indent=1, ensure_ascii=False) + "\n").encode()}
