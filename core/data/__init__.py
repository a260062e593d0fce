"""Labelled data sets by name: published ones, your own, on the command line files and folders."""
