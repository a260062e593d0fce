"""Where work runs: device, precision, and several processes of one training."""
