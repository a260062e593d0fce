"""The casebook: studies and comparisons kept with title, notes and tags, found again, and what experts say of them."""
