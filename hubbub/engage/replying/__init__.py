"""Replying: the composer, what leaves us, and what became of it."""
