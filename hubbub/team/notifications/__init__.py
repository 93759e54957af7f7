"""Notifications: what waits for a member, and how they want to be told."""
