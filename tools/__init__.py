"""What the developers of Hubbub run: checks, training of the shipped model."""
