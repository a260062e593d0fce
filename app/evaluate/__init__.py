"""The Evaluate page: models x attacks x strengths on a data set, started here, and what came of it."""
