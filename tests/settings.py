"""The settings of the tests: everything explicit, nothing read from `.env`, tasks run in place."""

import os
import tempfile

os.environ["VOXA_READ_DOTENV"] = "0"
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("FERNET_KEYS", "tests-only-fernet-key")
os.environ["LIVEKIT_URL"] = ""
os.environ["CELERY_BROKER_URL"] = "memory://"
os.environ["OPENID_SERVER_URL"] = "http://127.0.0.1:9"  # installs allauth
os.environ["OPENID_CLIENT_ID"] = "voxa"

from voxa.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file as in production: connections of an in-memory database share a cache, and so lock each other out.
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.gettempdir()}/voxa-tests-{os.getpid()}.sqlite3"}  # noqa: F405
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
AXES_ENABLED = False
ALLOWED_HOSTS = ["*"]
PROVISION_WAIT_SECONDS = TRANSFER_WAIT_SECONDS = 0.0
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  # threads of a test leave no session behind
WHITENOISE_AUTOREFRESH = True  # static files are found where they are written, none are collected
# No test asks a real AI provider: nobody answers there.
OPENAI_BASE_URL = ELEVENLABS_BASE_URL = "http://127.0.0.1:9"
PROVIDER_URLS = dict.fromkeys(
    ["deepgram", "cartesia", "google", "azure", "assemblyai", "groq", "xai", "gemini"], "http://127.0.0.1:9"
)
LIVEKIT_GATHER_SECONDS = 0.0  # each event of a test is ingested at once
LIVEKIT_KEYS_KEPT_SECONDS = 0.0
