"""The stage graph and the questions that rules ask of it."""
