"""Where this server computes: in its workers, or, where there are to be none, in the thread that asks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from core.contracts.classifier import Classifier
from core.operations.server_log import follow_log, is_kept
from core.workers.models import ModelName
from core.workers.pool import Pool
from core.workers.shared import shared


def pool() -> Pool | None:
    """The workers of this server, None where it computes by itself; ValueError where their number is none."""
    return shared(follow_log if is_kept() else None)


def asked(question: Callable[..., Iterator[Any]], models: Sequence[Classifier], *given: Any) -> Any:
    """The one answer to a question of core.workers.questions about these models; errors as they would be here."""
    if (workers := pool()) is not None:
        return workers.ask(question, tuple(map(ModelName.of, models)), *given)
    (answer,) = question(models, *given)
    return answer
