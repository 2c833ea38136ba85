"""The WSGI entry point for gunicorn."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxa.settings")

from django.core.wsgi import get_wsgi_application

from voxa.core.bodies.middleware import BoundedBodies

application = BoundedBodies(get_wsgi_application())
