"""The WSGI entry point for gunicorn."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxa.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the settings are named

from voxa.bodies import BoundedBodies  # noqa: E402 - it reads settings when it is imported

application = BoundedBodies(get_wsgi_application())
