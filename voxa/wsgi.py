"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from voxa.bodies import BoundedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxa.settings")
application = BoundedBodies(get_wsgi_application())
