"""The Batch page: many pictures under one attack, asked for, shown while they come, and kept as cases."""
