"""Evaluations as runs of their task."""

from app.ui.task_runs import TaskRuns

EVALUATIONS = TaskRuns("evaluate", "evaluation", "evaluation")
