"""Is it gradient masking? Whether a classifier withstands attacks, or only hides from those that follow gradients."""
