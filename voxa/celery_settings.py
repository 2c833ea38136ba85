"""Celery's part of the settings as a plain dict: it asks for eight of them with each message it sends.

From Django's settings object these cost a third of the sending.
"""

from django.conf import settings

_PREFIX = "CELERY_"
CELERY = {
    name.removeprefix(_PREFIX).lower(): getattr(settings, name) for name in dir(settings) if name.startswith(_PREFIX)
}
