"""The frame: settings, urls, celery, admin site. No models, no business rules.

It imports nothing, so that `voxa.core` can be used where neither Django nor Celery is installed.
"""

__version__ = "0.1.0"
