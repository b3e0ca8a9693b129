"""Load and resilience."""
