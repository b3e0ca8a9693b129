"""The rule base, the registry of rules, the runner, and verdicts."""
