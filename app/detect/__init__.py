"""The Detect page: a detection study, started here, and what came of it step by step."""
