"""What every kind of measurement on the Evaluate page shares: its record, its runs, its form's controls, its frame."""
