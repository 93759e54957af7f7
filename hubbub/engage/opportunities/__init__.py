"""Opportunities: conversations about our field or a rival that we are not in."""
