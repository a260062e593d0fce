"""The screen: widgets, panels and pages over the engine in `core`."""
