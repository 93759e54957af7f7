"""Helpful words: saved replies, a small knowledge base, and a language model that may sketch a draft."""
