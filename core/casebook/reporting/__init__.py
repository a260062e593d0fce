"""Cases as a report to hand on: one content, written as a page that opens offline or as a PDF."""
