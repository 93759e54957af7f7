"""Makes the model that ships in the package: `python -m tools.train FOLDER`. How to: docs/models.md."""
