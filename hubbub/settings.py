"""Settings, all from the environment. Nothing needs to be set to start; docs/operate.md lists what can be."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hubbub.store.keys import kept_secret

DATA = Path(os.environ.get("HUBBUB_DATA", "hubbub-data")).resolve()
UPLOADS = DATA / "uploads"


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "").lower() in {"1", "true", "yes", "on"}


def _names(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _database(address: str) -> dict[str, object]:
    if not address:
        return {
            "ENGINE": "hubbub.store.embedded",
            "NAME": DATA / "hubbub.sqlite3",
            "CONN_MAX_AGE": 60,  # to read the schema again for each request takes longer than many an answer
            "OPTIONS": {
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
                "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SystemExit(
            f"HUBBUB_DATABASE_URL begins with {parts.scheme}://; Hubbub knows postgresql://user:password@host/name"
        )
    options = dict(part.split("=", 1) for part in parts.query.split("&") if "=" in part)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", parts.hostname or "")),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "OPTIONS": options,
    }


DEBUG = _flag("HUBBUB_DEBUG")
SECRET_KEY = os.environ.get("HUBBUB_SECRET_KEY") or kept_secret(DATA / "secret-key")
# Credentials of sources are sealed with this; kept apart from the key above so that either can be changed alone.
SEALING_KEY = os.environ.get("HUBBUB_SEALING_KEY") or kept_secret(DATA / "sealing-key")


def _origin(address: str) -> str:
    """The address as browsers name it: without a path, in lower case."""
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise SystemExit(f"HUBBUB_ADDRESS is {address}; it must look like https://hubbub.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}" if address else ""


ALLOWED_HOSTS = _names("HUBBUB_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
ADDRESS = _origin(os.environ.get("HUBBUB_ADDRESS", "").strip())  # as people reach it: https://hubbub.example.org
CSRF_TRUSTED_ORIGINS = [ADDRESS] if ADDRESS else []
if ADDRESS:
    ALLOWED_HOSTS.append(urlsplit(ADDRESS).hostname or "")
BEHIND_TLS = ADDRESS.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
if _flag("HUBBUB_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose word on the sender's address is taken, for the limits on sign-in
SESSION_COOKIE_NAME = "hubbub_session"
CSRF_COOKIE_NAME = "hubbub_csrf"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in themselves
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Sources on this machine or in the private network are refused unless the operator names their hosts here
# ("*" allows all). Checked on the address that is connected to, at every redirect again.
PRIVATE_HOSTS_ALLOWED = _names("HUBBUB_ALLOW_PRIVATE_HOSTS")

# How long a worker holds what it claimed: longer than any one fetch or delivery may take (connectors/_http.py ends
# them), and as long as what a killed worker had in hand waits for another one.
LEASE_SECONDS = float(os.environ.get("HUBBUB_LEASE_SECONDS", "300"))

# How many sources a worker reads by their streams at once, each in a thread with a database connection of its own;
# further ones are polled.
STREAMS = int(os.environ.get("HUBBUB_STREAMS", "8"))

# How many processes answer requests: with PostgreSQL as many as there are cores, since one of them writes pages on one
# core only. What they must know of each other (tries to sign in, codes that were used) lies in the data folder then.
_EMBEDDED = not os.environ.get("HUBBUB_DATABASE_URL")
WEB_PROCESSES = int(os.environ.get("HUBBUB_WEB_PROCESSES") or (1 if _EMBEDDED else min(4, os.cpu_count() or 1)))
if WEB_PROCESSES > 1:
    CACHES = {
        "default": {
            "BACKEND": "hubbub.store.shared_cache.SharedCache",
            "LOCATION": DATA / "cache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "ninja",
    "hubbub.store",
    "hubbub.ui",
    "hubbub.listen",
    "hubbub.engage",
    "hubbub.moderate",
    "hubbub.measure",
    "hubbub.plan",
    "hubbub.team",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hubbub.ui.headers.content_policy",
    "hubbub.ui.headers.no_nul",
    "hubbub.ui.api.speak_to_scripts",
]
ROOT_URLCONF = "hubbub.urls"
WSGI_APPLICATION = "hubbub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "ui" / "templates"],  # before allauth's own pages, which it dresses
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hubbub.ui.context.workspace",
            ],
            "builtins": ["hubbub.ui.templatetags.ui"],
        },
    }
]
DATABASES = {"default": _database(os.environ.get("HUBBUB_DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited; nobody signs up
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody makes us write to strangers
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "hubbub.team.adapter.Invited"
SOCIALACCOUNT_ADAPTER = "hubbub.team.adapter.InvitedByProvider"
# A link, not a form: our pages let no form lead to another site. What arrives is bound to this session by its state.
SOCIALACCOUNT_LOGIN_ON_GET = True
MFA_TOTP_ISSUER = "Hubbub"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if os.environ.get("HUBBUB_OIDC_SERVER"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": os.environ.get("HUBBUB_OIDC_NAME", "Company account"),
                "client_id": os.environ.get("HUBBUB_OIDC_CLIENT", ""),
                "secret": os.environ.get("HUBBUB_OIDC_SECRET", ""),
                "settings": {"server_url": os.environ["HUBBUB_OIDC_SERVER"]},
            }
        ],
    }

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("HUBBUB_MAIL_HOST", "")
if not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_PORT = int(os.environ.get("HUBBUB_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("HUBBUB_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("HUBBUB_MAIL_PASSWORD", "")
EMAIL_USE_TLS = _flag("HUBBUB_MAIL_TLS", default=True)
DEFAULT_FROM_EMAIL = os.environ.get("HUBBUB_MAIL_FROM", "hubbub@localhost")

# A server that speaks OpenAI's chat completions and may help with drafts, where the operator names one and an admin of
# a workspace turns it on: its address up to and with /v1.
DRAFT_URL = os.environ.get("HUBBUB_DRAFT_URL", "").rstrip("/")
DRAFT_MODEL = os.environ.get("HUBBUB_DRAFT_MODEL", "")
DRAFT_KEY = os.environ.get("HUBBUB_DRAFT_KEY", "")

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the package itself: nothing has to be collected first
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
# The largest picture, film or file that goes out with our words; networks may take less.
UPLOAD_MAX = int(float(os.environ.get("HUBBUB_UPLOAD_MAX", "100")) * 1_000_000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "hubbub": {"handlers": ["console"], "level": os.environ.get("HUBBUB_LOG", "INFO")},
        # request addresses carry one-time links and search words: only what failed is logged
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
