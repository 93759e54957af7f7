"""Ideas: what people ask most, and posts planned about it."""
