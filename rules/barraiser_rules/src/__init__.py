"""Source and review."""
