"""Hubbub: listen to, engage, moderate, measure and plan a community, in one place."""

__version__ = "0.1.0"
