"""Change management."""
