"""Bytes to nodes with places: loaders, limits, the root, discovery."""
