"""What must be done before a panel serves: database, first admin, static files.

The only module here that uses Django; it runs in processes of its own:
`python -m etcdpanel.up.prepare database static`.
"""

import hashlib
import json
import os
import secrets
import sys

from etcdpanel import env
from etcdpanel import home as homes
from etcdpanel.home import ROOT, Home, write_private
from etcdpanel.up.console import BAD_SETTING, complain, say

ADMIN = "admin"


def static_version() -> str:
    """Changes when a static file may have changed: ours, or a package's."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("clusters/**/static/**/*")):
        if path.is_file():
            found = path.stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}".encode())
    return digest.hexdigest()


def static_is_stale(home: Home) -> bool:
    try:
        kept = (home.static / ".version").read_text(encoding="utf-8")
    except OSError:
        return True
    return kept != static_version()


def collect_static(home: Home) -> None:
    from django.core.management import call_command

    version = static_version()
    # What older versions left is removed, or it would pile up.
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    write_private(home.static / ".version", version)


def migrate() -> None:
    from django.core.management import call_command

    from clusters.models import Host

    call_command("migrate", interactive=False, verbosity=0)
    Host.make_first()


def first_admin() -> dict[str, str]:
    """Made when there is no user at all, and never changed afterwards."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    if users.exists():
        return {}
    given = env.secret("ETCDPANEL_ADMIN_PASSWORD")
    password = given or secrets.token_urlsafe(15)
    users.create_superuser(ADMIN, password=password)
    return {"created": ADMIN, "password": "" if given else password}


def main(tasks: list[str]) -> None:
    set_up()
    home = homes.from_environment()
    home.make()
    if "static" in tasks and static_is_stale(home):
        collect_static(home)
    if "database" in tasks:
        migrate()
        tell(first_admin(), as_json="--json" in tasks)


def set_up() -> None:
    """Django; a wrong setting is told without a traceback."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "etcdpanel.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        complain(str(error))
        sys.exit(BAD_SETTING)


def tell(admin: dict[str, str], *, as_json: bool) -> None:
    """To the launcher, or to a person who reads the log of a container."""
    if as_json:
        say(json.dumps(admin))
    elif admin:
        password = admin["password"] or "the one in ETCDPANEL_ADMIN_PASSWORD"
        say(f"First login: {admin['created']} / {password}  (shown only now)")


if __name__ == "__main__":
    main(sys.argv[1:])
