"""The store of refinements of toys, and a way to slow them down."""

from tests.core.runs.tasks.refining import slowly, store

__all__ = ["slowly", "store"]
