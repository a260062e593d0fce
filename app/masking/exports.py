"""What is taken along of the checks against masked gradients: every value measured (JSON)."""

import json

from app.measuring.kind import Names, Rows, Told
from core.runs.rows import finite
from core.runs.tasks.masking import MaskingRequest


def exports(told: Told, rows: Rows, asked: MaskingRequest, names: Names) -> dict[str, bytes]:
    """File name -> content."""
    return {"checks.json": (json.dumps(finite(dict(told)), indent=1, ensure_ascii=False) + "\n").encode()}
