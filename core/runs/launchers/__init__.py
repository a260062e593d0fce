"""One file each: how the worker of a run is started, and ended."""
