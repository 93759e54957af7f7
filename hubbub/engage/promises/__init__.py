"""Promises: how soon people are answered, in which hours, and how well that is kept."""
