"""One check a file: what is measured on a subject, and what that says."""
