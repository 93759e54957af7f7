"""Tags: all that there are, renamed, merged, deleted."""
