"""What classifiers withstand: models x attacks x strengths on a data set, kept image by image, and what that tells."""
