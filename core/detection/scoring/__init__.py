"""What detectors score: thresholds, curves, attacks they have not seen, false alarms, and detectors kept in files."""
