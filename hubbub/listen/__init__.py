"""Listen: sources, topics, and the stream of what people say."""
