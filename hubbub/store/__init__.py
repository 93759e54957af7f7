"""The only app with tables: models, migrations, claiming work, searching, auditing."""
