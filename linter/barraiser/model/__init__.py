"""Plain data that every later step works on. Imports nothing else of barraiser."""
