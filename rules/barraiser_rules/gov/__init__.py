"""Governance of the pipeline."""
