"""Benchmarks: each file measures one thing beside what a user would pick instead, in the same run."""
