"""Waves and gradual rollout."""
