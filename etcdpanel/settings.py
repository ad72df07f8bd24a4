"""Settings, all of them read from the environment with safe defaults.

docs/settings.md explains each variable; a test compares the two.
"""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from kombu import Queue

from etcdpanel import addresses, database, env, home, logs
from etcdpanel.celery import app as celery_app  # so that `.delay` finds its app

__all__ = ["celery_app"]

BASE_DIR = home.ROOT
HOME = home.from_environment()
HTTPS = env.boolean("ETCDPANEL_HTTPS", default=False)
PORT = env.integer("ETCDPANEL_PORT", default=8000, least=1, most=65535)
BIND = env.text("ETCDPANEL_BIND", default="127.0.0.1")
DEBUG = env.boolean("ETCDPANEL_DEBUG", default=False)

# What clusters/engine/wiring.py reads

PANEL_HOME = HOME.path
PANEL_ETCD_IMAGE = env.text("ETCDPANEL_ETCD_IMAGE", default="quay.io/coreos/etcd")
PANEL_DNS_IMAGE = env.text("ETCDPANEL_DNS_IMAGE", default="coredns/coredns:1.14.0")
PANEL_PUBLIC_DISCOVERY_URL = env.text(
    "ETCDPANEL_PUBLIC_DISCOVERY_URL", default="https://discovery.etcd.io"
)
PANEL_ETCD_DIRS = env.folders("ETCDPANEL_ETCD_DIRS")
PANEL_LEASE_SECONDS = env.integer(
    "ETCDPANEL_LEASE_SECONDS", default=30, least=2, most=3600
)
PANEL_BOOTSTRAP_SECONDS = env.integer(
    "ETCDPANEL_BOOTSTRAP_SECONDS", default=60, least=1, most=3600
)
PANEL_WORKER_THREADS = env.integer(
    "ETCDPANEL_WORKER_THREADS", default=8, least=1, most=64
)
PANEL_MEMORY_SOCKET = ""  # the pretended world's; only tests set it

# Who may reach it, and how

ALLOWED_HOSTS = addresses.reachable(BIND) + env.names("ETCDPANEL_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.names("ETCDPANEL_TRUSTED_ORIGINS")
# With TLS there is a proxy, and the nearest one is on this machine.
PANEL_TRUSTED_PROXIES = env.names("ETCDPANEL_TRUSTED_PROXIES") or (
    ["127.0.0.1", "::1"] if HTTPS else []
)

# Secrets

SECRET_KEY = env.secret("ETCDPANEL_SECRET_KEY")
if not SECRET_KEY and HTTPS:
    env.refuse(
        "ETCDPANEL_SECRET_KEY (or ETCDPANEL_SECRET_KEY_FILE) must be set when "
        "ETCDPANEL_HTTPS is True: every web, worker and beat process shares it"
    )
SECRET_KEY = SECRET_KEY or home.kept_secret(HOME.secret_key)
SECRET_KEY_FALLBACKS = env.secret("ETCDPANEL_SECRET_KEY_FALLBACKS").split()

# Django

ROOT_URLCONF = "etcdpanel.urls"
ASGI_APPLICATION = "etcdpanel.asgi.application"
# Short on purpose: each app costs start-up time and memory in four processes.
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "knox",
    "csp",
    "clusters",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "etcdpanel.static.StaticFiles",
    "etcdpanel.headers.NoStore",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Deny by default: a view that forgot to ask for a login has one all the same.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            # A template library on its own floor, the pages'.
            "libraries": {"panel": "clusters.web.tags"},
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The panel has a token model of its own; knox's migrations would make theirs too.
MIGRATION_MODULES = {"knox": None}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "clusters" / "locale"]

# Static files: plain names with a hash. Compressing them too would make the
# first start take a minute instead of seconds.
STATIC_URL = "/static/"
STATIC_ROOT = HOME.static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Database

DATABASES = {
    "default": database.from_url(
        env.secret("ETCDPANEL_DATABASE_URL", default=f"sqlite:///{HOME.database}")
    )
}

# Login

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
_PASSWORDS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_PASSWORDS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_PASSWORDS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_PASSWORDS}.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# `__Host-` and Secure need TLS; on plain http, a browser would drop the cookie.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Headers

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # icons inside the style sheet
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# REST

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "clusters.api.errors.handle",
    # Per user and web process; against runaway scripts.
    "DEFAULT_THROTTLE_RATES": {"change": "120/min", "check": "120/min"},
    "URL_FORMAT_OVERRIDE": None,  # the Accept header says it; `format` is a parameter
}
KNOX_TOKEN_MODEL = "clusters.ApiToken"  # noqa: S105  # a model, not a password
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=365),
    "TOKEN_PREFIX": "pnl_",  # so that a leaked one can be searched for
}
SPECTACULAR_SETTINGS = {
    "TITLE": "etcdpanel",
    "DESCRIPTION": "Create and operate etcd clusters.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # what a PATCH needs, it needs
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

LOGGING = logs.configuration(
    env.choice(
        "ETCDPANEL_LOG_LEVEL",
        default="INFO",
        among=("DEBUG", "INFO", "WARNING", "ERROR"),
    )
)

# Celery. The message is only a doorbell: it may be lost (between the broker's POP
# and the worker's note of it) and it may come twice. Operations live in the
# database; docs/decisions/0001-doorbell.md.

PANEL_REDIS_URL = CELERY_BROKER_URL = env.secret(
    "ETCDPANEL_REDIS_URL", default=HOME.embedded_broker()
)
# Delivered again when a worker dies (late), also when only its child did (lost):
# otherwise such a death counts as done.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# No hoarding: what waits here could run elsewhere.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# The journal is the result.
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
# A message is never code.
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Short is fine, for a duplicate loses the claim. The timeout alone does not
    # set the time to recover: without the next two lines it is 100 s longer.
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A broker that went silent is noticed in seconds, not after TCP's hours.
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
# The shortest timeout of all that use a broker wins, so they all agree.
CELERY_VISIBILITY_TIMEOUT = 60
# A worker waits for its broker as long as it takes.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A door does not: at most 0.3 s, then the sweep rings.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
# On SIGTERM (mapped to SIGQUIT by who starts the worker) a slice may end; an
# idle worker goes at once, for no message ever waits in its memory for a time.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
# Of a slice, not of an operation; needs the prefork pool, others ignore it.
CELERY_TASK_SOFT_TIME_LIMIT = 75
CELERY_TASK_TIME_LIMIT = 90
# A leak costs one child, not the machine.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 250_000
# The lease, not the broker, says who owns an operation.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# Nobody listens to these.
CELERY_WORKER_SEND_TASK_EVENTS = CELERY_TASK_TRACK_STARTED = False
# Two queues, taken from in turn: many sweeps do not delay an operation.
CELERY_TASK_QUEUES = [Queue("ops"), Queue("sweep")]
CELERY_TASK_DEFAULT_QUEUE = "ops"
# What is looked at again and again, and every how many seconds. A look that nobody
# took within its period is dropped: the next one sees it all.
PERIODIC = {"sweep": 5, "watch_hosts": 10, "watch_clusters": 5}
CELERY_TASK_ROUTES = {f"clusters.tasks.{name}": {"queue": "sweep"} for name in PERIODIC}
CELERY_BEAT_SCHEDULE = {
    name: {
        "task": f"clusters.tasks.{name}",
        "schedule": seconds,
        "options": {"expires": seconds},
    }
    for name, seconds in PERIODIC.items()
}
# Nothing to remember from one start to the next, so no file that may break.
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"
