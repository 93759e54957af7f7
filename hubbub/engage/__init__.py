"""Engage: the inbox, conversations, replies, people."""
