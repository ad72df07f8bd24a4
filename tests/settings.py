"""Settings of the tests: a home of their own, a database on a file, no broker.

The engine's faults hide behind `:memory:` databases and eager tasks, so neither is
used. ETCDPANEL_DATABASE_URL runs the same tests on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "ETCDPANEL_HOME" not in os.environ:
    os.environ["ETCDPANEL_HOME"] = tempfile.mkdtemp(prefix="etcdpanel-tests-")
    atexit.register(shutil.rmtree, os.environ["ETCDPANEL_HOME"], ignore_errors=True)

from etcdpanel import settings as _production

globals().update(
    {name: value for name, value in vars(_production).items() if name.isupper()}
)

DATABASES = {"default": {**_production.DATABASES["default"]}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {
        "NAME": str(Path(os.environ["ETCDPANEL_HOME"]) / "test.sqlite3")
    }
CELERY_BROKER_URL = PANEL_REDIS_URL = "memory://"
PANEL_MEMORY_SOCKET = os.environ.get("ETCDPANEL_TEST_WORLD", "")
PANEL_BOOTSTRAP_SECONDS = 20
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_production.STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise wants it
STORAGES = {
    **_production.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
