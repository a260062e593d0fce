"""An evidence bundle: what is known of one model's robustness, how it was measured, and what it does not cover."""
