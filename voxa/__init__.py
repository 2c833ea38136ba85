"""Settings, URLs, Celery and the admin site. No models, no business rules.

Imports nothing, so that `voxa.core` works without Django and Celery.
"""

__version__ = "0.1.0"
