"""Saved views: conversations that belong together, under a name, with how many they are; and the order of the inbox."""
