"""A run in parts: its units (batches of images, pictures) in contiguous ranges, a child run for each, merged again.

A part is an ordinary run of the same task with the same arguments, in the folder `parts` of its parent's; its settings
say which part it is. The parent's worker starts the parts, watches them, takes their rows over in the order of the
undivided run, and then goes on as that run would: see coordinator.py. What a task does for it stands in share.py.
"""
