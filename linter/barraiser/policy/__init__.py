"""Configuration, profiles, waivers, suppressions: what of the verdicts counts."""
