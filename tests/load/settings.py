"""Settings of the benchmark: those of a server, tasks published to a broker that nobody empties."""

import os

os.environ["VOXA_READ_DOTENV"] = "0"
os.environ.setdefault("SECRET_KEY", "benchmark-only-" + "x" * 50)
os.environ.setdefault("FERNET_KEYS", "benchmark-only-fernet-key")
os.environ["CELERY_BROKER_URL"] = "memory://"
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["PROVISION_WAIT_SECONDS"] = "0"
os.environ["API_RATE_LIMIT"] = "0"

from voxa.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
