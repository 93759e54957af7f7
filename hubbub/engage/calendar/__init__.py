"""The calendar: what we say first, planned for one network or several, and what came of it."""
