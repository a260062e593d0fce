"""The bundle as files: the page, the card, the arguments and results of every run, and the hash of each file."""

import hashlib
import json
from typing import Any

from core.evidence.clauses import CLAUSES, NOT_COVERED, SUPPORTS
from core.evidence.collect import Evidence
from core.evidence.page import page
from core.robustness.exports import versions
from core.robustness.report import report
from core.robustness.request import Evaluation


def files(evidence: Evidence) -> dict[str, bytes]:
    """Path in the bundle -> content; SHA256SUMS names the hash of every other file."""
    facts = versions() | ({"weights": str(evidence.card.sha256)} if evidence.card else {})
    made: dict[str, bytes] = {"evidence.html": page(evidence, facts).encode(), "evidence.json": _json(told(evidence))}
    if evidence.card is not None:
        made["card.json"] = _json(evidence.card.entries())
    for each in evidence.measured:
        made[f"runs/{each.id}/arguments.json"] = _json({"task": each.task, "arguments": each.arguments})
        made[f"runs/{each.id}/result.json"] = _json(each.result)
        if each.task == "evaluate":
            asked = Evaluation.read(each.arguments)
            made[f"runs/{each.id}/report.html"] = report(each.result, asked, facts).encode()
    sums = "".join(f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in sorted(made.items()))
    return made | {"SHA256SUMS": sums.encode()}


def told(evidence: Evidence) -> dict[str, Any]:
    """What the page tells of clauses, gaps and versions, for other programs."""
    return {
        "model": evidence.model,
        "runs": {each.task: each.id for each in evidence.measured},
        "not_measured": evidence.missing,
        "not_covered": list(NOT_COVERED),
        "clauses": [
            {"clause": each.source, "supports": set(each.needs) <= evidence.kinds, "word": SUPPORTS, "open": each.open}
            for each in CLAUSES
        ],
        "versions": versions(),
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
