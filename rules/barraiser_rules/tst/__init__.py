"""Tests as gates."""
