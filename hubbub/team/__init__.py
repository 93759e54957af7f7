"""Team: signing in, members and their roles, API tokens."""
