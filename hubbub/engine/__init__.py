"""The engine: taking posts in, working what is due, delivering what leaves us."""
