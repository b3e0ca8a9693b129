"""A package per platform: its reader, expressions and conditions."""
