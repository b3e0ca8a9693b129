"""Bake time."""
