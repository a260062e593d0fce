"""How fast this project is beside the libraries people use: every figure is a ratio within one run (`make bench`)."""
