"""Approvals and gates."""
