"""Settings, all from the environment (and an ignored `.env` beside manage.py). Names: docs/operations.md."""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from voxa.variables import env, is_https

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

if env.bool("VOXA_READ_DOTENV", default=True):
    env.read_env(str(BASE_DIR / ".env"))
    if not env.str("LIVEKIT_URL", default="") and env.bool("VOXA_SANDBOX", default=True):
        # Where `make run` started the sandbox, so that commands in another terminal reach it too.
        env.read_env(str(VAR_DIR / "sandbox.env"), overwrite=True)

# --- the process -----------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former ones, while sessions and keys move over
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
API_PUBLIC_URL = env.str("API_PUBLIC_URL", default="http://127.0.0.1:" + env.str("PORT", default="8000"))
PUBLIC_IS_HTTPS = is_https(API_PUBLIC_URL)
ROOT_URLCONF = "voxa.urls"
WSGI_APPLICATION = "voxa.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_filters",
    "django_prometheus",
    "django_structlog",
    "simple_history",
    "import_export",
    "axes",
    "django_otp",
    "voxa",
    "accounts",
    "telephony",
    "calls",
]

MIDDLEWARE = [
    "voxa.fast_path.LeanPathsMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "voxa.core.api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "voxa.fast_path.OnePolicyMiddleware",
    "voxa.core.api.middleware.LoggedRequests",
    "voxa.fast_path.ApiPathsMiddleware",  # goes on with API_MIDDLEWARE for the API, with the rest for pages
    "django.contrib.sessions.middleware.SessionMiddleware",
    "voxa.admin_language.AdminLanguageMiddleware",
    "voxa.health.CommonExceptProbes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "voxa.request_metrics.CountedRequests",
]
# The API knows keys, not sessions: without sign-in, CSRF, messages and lockout.
API_MIDDLEWARE = [
    "voxa.health.CommonExceptProbes",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "voxa.request_metrics.CountedRequests",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database, cache, files ------------------------------------------------------------------------------
EMBEDDED_DATABASE = not env.str("DATABASE_URL", default="")
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'voxa.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds; SQLite too: closing its last connection costs a checkpoint
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue for the lock instead of failing when a read transaction turns into a write.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
else:
    DATABASES["default"].update(ENGINE="voxa.core.postgresql", CONN_HEALTH_CHECKS=True)

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or "filesystem://localhost"
EMBEDDED_BROKER = CELERY_BROKER_URL.startswith("filesystem:")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if EMBEDDED_BROKER
    else {
        "BACKEND": "voxa.core.redis_cache.KeptClientCache",
        "LOCATION": CELERY_BROKER_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "voxa.static_files.CollectedFiles"},
}
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()  # pages work before collectstatic, too

# --- people ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "accounts.session_store"
LOGIN_URL = "admin:login"
AXES_HANDLER = "accounts.lockout.Lockout"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or whoever goes on guessing keeps the owner out for good
AXES_USERNAME_FORM_FIELD = "username"  # the login form's name for the email address
AXES_USERNAME_CALLABLE = "accounts.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "voxa.core.client_address.client_network"
# Networks whose X-Forwarded-For names the client: the proxies in front of Voxa.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1"])

# --- sign-in at an OpenID provider: accounts/openid.py -----------------------------------------------------
OPENID_SERVER_URL = env.str("OPENID_SERVER_URL", default="")  # the issuer; empty: off
OPENID_NAME = env.str("OPENID_NAME", default="OpenID Connect")  # on the button
OPENID_ALLOWED_DOMAINS = env.list("OPENID_ALLOWED_DOMAINS", default=[])  # whose addresses need no invitation
if OPENID_SERVER_URL:
    INSTALLED_APPS += [
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
    ]
    MIDDLEWARE.append("allauth.account.middleware.AccountMiddleware")
    SOCIALACCOUNT_ADAPTER = "accounts.openid.Adapter"
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a form's redirect to the provider would need a wider form-action
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "openid",
                    "name": OPENID_NAME,
                    "client_id": env.str("OPENID_CLIENT_ID"),
                    "secret": env.str("OPENID_CLIENT_SECRET", default=""),
                    "settings": {"server_url": OPENID_SERVER_URL},
                }
            ],
        }
    }

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGES = [("en", _("English")), ("de", _("German"))]  # of the admin
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = True, PUBLIC_IS_HTTPS, "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000  # seconds
FORMAT_MODULE_PATH = "voxa.formats"
USE_TZ = True

# --- headers ---------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_IS_HTTPS else None
SECURE_SSL_REDIRECT = PUBLIC_IS_HTTPS and not DEBUG
# Asked for from beside Voxa, without the proxy that ends TLS; LiveKit signs its webhooks.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^livekit/webhook$"]
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PUBLIC_IS_HTTPS
SECURE_HSTS_PRELOAD = PUBLIC_IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
_public = urlsplit(API_PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # unfold's Alpine.js evaluates its attributes, and its pages carry inline scripts and styles.
        "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # bytes; a larger JSON body is a 413
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- secrets at rest -------------------------------------------------------------------------------------
FERNET_KEYS = env.list("FERNET_KEYS", default=[])  # the first encrypts, all decrypt
SIMPLE_HISTORY_REVERT_DISABLED = True

# --- calls to addresses that customers choose (webhooks, tools): voxa/core/safe_http.py --------------------------
VOXA_OUTBOUND_ALLOW = env.list("VOXA_OUTBOUND_ALLOW", default=[])  # networks such as 10.1.0.0/16; empty: public only
VOXA_OUTBOUND_ALLOW_HTTP = env.bool("VOXA_OUTBOUND_ALLOW_HTTP", default=False)

# --- AI providers, asked whether they take a customer's key ---------------------------------------------------
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="https://api.openai.com/v1")
ELEVENLABS_BASE_URL = env.str("ELEVENLABS_BASE_URL", default="https://api.elevenlabs.io")
PROVIDER_URLS = env.dict("PROVIDER_URLS", default={})  # such as deepgram=https://api.eu.deepgram.com

# --- LiveKit and carriers --------------------------------------------------------------------------------
LIVEKIT_URL = env.str("LIVEKIT_URL", default="")
LIVEKIT_PUBLIC_URL = env.str("LIVEKIT_PUBLIC_URL", default="")  # for browsers; empty: LIVEKIT_URL
LIVEKIT_API_KEY = env.str("LIVEKIT_API_KEY", default="")
LIVEKIT_API_SECRET = env.str("LIVEKIT_API_SECRET", default="")
LIVEKIT_IS_SANDBOX = LIVEKIT_API_KEY == "sandbox"  # the key that `make run` gives to the built-in one
LIVEKIT_SIP_OUTBOUND_TRUNK_ID = env.str("LIVEKIT_SIP_OUTBOUND_TRUNK_ID", default="")
SIP_DOMAIN = env.str("SIP_DOMAIN", default="sip.localhost")
TELEPHONY_PROVIDER = env.str("TELEPHONY_PROVIDER", default="")
TELNYX_API_KEY = env.str("TELNYX_API_KEY", default="")
TELNYX_CONNECTION_ID = env.str("TELNYX_CONNECTION_ID", default="")
TELNYX_BASE_URL = env.str("TELNYX_BASE_URL", default="https://api.telnyx.com")
DNS_NAMESERVERS = env.list("DNS_NAMESERVERS", default=[])  # address or address@port; empty: the system's
DNS_HOSTS_FILE = env.str("DNS_HOSTS_FILE", default="/etc/hosts")
TRANSFER_WAIT_SECONDS = env.float("TRANSFER_WAIT_SECONDS", default=3.0)
TRANSFERS_PER_WORKSPACE = env.int("TRANSFERS_PER_WORKSPACE", default=50)  # carried out at the same time
# What a workspace has waiting at once on addresses that it chose: of the external worker's threads, and of tools.
EXTERNAL_PER_WORKSPACE = env.int("EXTERNAL_PER_WORKSPACE", default=6)
TOOLS_PER_WORKSPACE = env.int("TOOLS_PER_WORKSPACE", default=6)
ASSISTANT_REQUESTS_PER_WORKSPACE = env.int("ASSISTANT_REQUESTS_PER_WORKSPACE", default=6)
PROVISION_WAIT_SECONDS = env.float("PROVISION_WAIT_SECONDS", default=3.0)
LIVEKIT_GATHER_SECONDS = env.float("LIVEKIT_GATHER_SECONDS", default=0.1)  # one ingest for the webhooks of so long
LIVEKIT_KEYS_KEPT_SECONDS = 5.0  # for which a web process takes a project's key for valid without asking again
AGENT_WAIT_SECONDS = env.float("AGENT_WAIT_SECONDS", default=20.0)  # a call without an agent; 0: for ever
RECORDING_S3_BUCKET = env.str("RECORDING_S3_BUCKET", default="")
RECORDING_S3_REGION = env.str("RECORDING_S3_REGION", default="us-east-1")
RECORDING_S3_ENDPOINT = env.str("RECORDING_S3_ENDPOINT", default="")  # empty: Amazon's
# The player of the call page is redirected there.
CONTENT_SECURITY_POLICY["DIRECTIVES"]["media-src"] = ["'self'", RECORDING_S3_ENDPOINT or "https://*.amazonaws.com"]
RECORDING_S3_ACCESS_KEY = env.str("RECORDING_S3_ACCESS_KEY", default="")
RECORDING_S3_SECRET = env.str("RECORDING_S3_SECRET", default="")
VOXA_DIALECTS = env.list("VOXA_DIALECTS", default=None)  # names of telephony/dialects; unset: all, empty: none

# --- email: alerts and invitations -----------------------------------------------------------------------
EMAIL_IS_SENT = bool(env.str("EMAIL_URL", default=""))
if EMAIL_IS_SENT:
    globals().update(env.mail("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="voxa@localhost")
EMAIL_TIMEOUT = 10

# --- errors that nobody expected, told to Sentry or what speaks its protocol --------------------------------
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    from voxa import error_reports  # a second of imports that nothing else needs

    error_reports.start(SENTRY_DSN)

# --- libraries: API, Celery, logs, admin ------------------------------------------------------------------
from voxa.settings_admin import *  # noqa: E402, F403
from voxa.settings_libraries import *  # noqa: E402, F403
