"""The audit trail: who started what, with which settings, data and code, and which weights came out, in a chain."""
