"""The Explainers page: explainers by metrics beside two floors, started here, and what came of it."""
