"""Pictures from outside to pixels, the sample pictures, and pixels to PNG."""
