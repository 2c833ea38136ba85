"""The frame: settings, urls, celery, admin site. No models, no business rules."""

from voxa.celery import app as celery_app

__all__ = ["celery_app"]
