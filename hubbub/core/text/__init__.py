"""What a post says: language, sentiment, toxicity, spam, intent; one analyser a file, and sameness of texts."""
