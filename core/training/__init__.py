"""The one training loop, and what surrounds it: schedule, batches, masks, validation, memory, resuming."""
