"""Build and artifact."""
