"""Leagues as runs of their task, and where the page keeps which number of a league is looked into."""

from app.ui.task_runs import TaskRuns

LEAGUES = TaskRuns("explainers", "league", "league")
CELL = "explainers.cell"  # the setting that holds "explainer:metric"
