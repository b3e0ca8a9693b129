"""GitHub Actions: reader, expressions, conditions."""
