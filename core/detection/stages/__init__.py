"""The stages of a detection study, one a file; their order stands in core/detection/study.py."""
