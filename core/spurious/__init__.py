"""Which regions of an image a classifier should not rely on: score, masks, their controls, leakage and bounds."""
