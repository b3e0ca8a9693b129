"""Pre-production environments."""
