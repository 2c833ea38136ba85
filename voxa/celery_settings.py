"""Celery settings as a plain dict: Celery reads eight of them for each message.

Reading them from Django's settings object would take a third of the send time.
"""

from django.conf import settings

_PREFIX = "CELERY_"
CELERY = {
    name.removeprefix(_PREFIX).lower(): getattr(settings, name) for name in dir(settings) if name.startswith(_PREFIX)
}
