"""What a classifier withstands, and how still its maps stay: the numbers on a checkpoint's card."""
