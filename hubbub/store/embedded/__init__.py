"""Django's SQLite, whose writers let each other in; see `base`."""
