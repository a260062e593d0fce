"""Processes that compute for a server, so that many computations run side by side; they know no screen."""
