"""Measure: how much is said, where and about what."""
