"""The attacker who knows of a detector, and what his success is held against."""
