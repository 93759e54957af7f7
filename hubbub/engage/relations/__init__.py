"""Relationships: what people are to us, in pipelines with stages; who turns to whom next, and what is suggested."""
