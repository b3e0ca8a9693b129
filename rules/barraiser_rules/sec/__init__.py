"""Supply-chain hygiene on the release path."""
