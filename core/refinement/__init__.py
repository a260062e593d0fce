"""What is asked of a refinement, and what is known of it before it starts: request, presets, check, warnings, cost."""
