"""Trials: does an explanation make a defence better? Arms and controls, trained and judged alike, told with intervals.

A plan (`plan`) is a small file; its cells (`cells`) are trainings; each is judged (`judgement`) image by image; what
came out is kept (`outcomes`), compared pair by pair (`differences`) and told (`report`).
"""
