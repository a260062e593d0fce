"""What is kept for how long: limits that the owner sets, what may go for them, and the removal of it."""
