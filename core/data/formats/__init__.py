"""Labelled images in files: .npz, archives, folders with one sub-folder a class. Nothing is unpickled."""
