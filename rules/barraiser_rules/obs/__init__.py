"""Observability evidence."""
