"""A walk through one saved case, step by step, for people who look together; an expert answers at its end."""
