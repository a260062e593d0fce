"""Tests of core/gradient_masking."""
