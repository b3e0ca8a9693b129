"""barraiser: a deployment-pipeline compliance linter.

Import :mod:`barraiser.api`; nothing else in this package is public.
"""

__version__ = "0.1.0"
