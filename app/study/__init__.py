"""What Inspect, Compare and Overview share of a study: its form, link, progress and maps."""
