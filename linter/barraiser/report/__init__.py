"""A file per output format."""
