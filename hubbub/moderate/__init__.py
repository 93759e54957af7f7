"""Moderate: the queue, decisions, rules, the audit log."""
