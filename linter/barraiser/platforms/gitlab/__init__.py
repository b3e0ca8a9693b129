"""GitLab CI: reader, includes, rules."""
