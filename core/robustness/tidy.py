"""An evaluation as tidy rows: one for each image, model, attack and strength, for tables and other programs."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.robustness.cells import joined
from core.robustness.request import Evaluation

COLUMNS = ("image", "label", "model", "attack", "norm", "strength", "answer", "right", "confidence")


def tidy_rows(
    rows: Sequence[Mapping[str, Any]], asked: Evaluation, classes: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """COLUMNS by image: as it is (no attack, strength 0), then under every attack at every strength.

    `image`: its place in the data. `classes`: their names; without, numbers. With `only_standing`, what an attack did
    not get counts as right under it. Unreadable where the rows are damaged.
    """
    methods = asked.methods()
    matrix = joined(rows, len(asked.classifiers), len(methods))

    def named(label: Any) -> str | int:
        return classes[label] if label < len(classes) else int(label)

    for name, model in zip(asked.classifiers, matrix.models, strict=True):
        for row, (place, label) in enumerate(zip(matrix.places, matrix.labels, strict=True)):
            first = {"image": int(place), "label": named(label), "model": name}
            answer = model.answers[row]
            yield first | {"attack": "", "norm": "", "strength": 0.0, "answer": named(answer),
                           "right": int(answer == label), "confidence": float(model.confidence[row])}  # fmt: skip
            for attack, cell in zip(methods, model.cells, strict=True):
                for step, eps in enumerate(asked.strengths_of(attack)):
                    right = cell.fell[row] > step
                    answer = label if right else cell.answers[row]
                    yield first | {"attack": attack.named, "norm": str(attack.norm), "strength": eps,
                                   "answer": named(answer), "right": int(right),
                                   "confidence": float(cell.confidence[step][row])}  # fmt: skip


def as_csv(rows: Iterator[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Tidy rows as comma-separated values with a heading; what a table program would take for a formula is quoted.

    >>> print(as_csv(iter([dict.fromkeys(COLUMNS, 1) | {"label": "=cat"}])), end="")
    image,label,model,attack,norm,strength,answer,right,confidence
    1,'=cat,1,1,1,1,1,1,1
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _safe(value) for name, value in row.items()})
    return out.getvalue()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
