"""Long work as runs: folders that a detached worker fills and anyone may read."""
