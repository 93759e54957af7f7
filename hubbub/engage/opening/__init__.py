"""Which posts become conversations: the query, tried out, kept in versions, applied to stored posts."""
