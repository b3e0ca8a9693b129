"""The built-in rule pack: a plugin like any other, written against :mod:`barraiser.api` alone."""
