"""Are the explanations any good? Explainers beside floors that all must beat, metric by metric, with intervals."""
