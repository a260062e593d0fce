"""Two classifiers beside one another: on one image, and on many."""
