"""`counterproof`: the engine from a shell, a file for each command."""
