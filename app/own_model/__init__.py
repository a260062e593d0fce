"""The dialog that takes a model of one's own, and how pictures are prepared for it."""
