"""Running it: what is there and what is missing, whether it works, its log, and what is kept for how long."""
