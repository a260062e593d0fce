"""What the author of a method reads: what a classifier, an attack, an explainer, an objective and a metric are."""
