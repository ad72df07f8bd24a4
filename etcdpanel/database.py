"""From a database's address to what Django wants to know of it."""

import environ  # type: ignore[import-untyped]  # ships no types

from etcdpanel import env


def from_url(url: str) -> dict[str, object]:
    config: dict[str, object] = environ.Env.db_url_config(url)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Readers never wait for the writer; a writer takes its lock at once
        # instead of failing when it upgrades a read lock that another wants.
        options = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        return {**config, "OPTIONS": options}
    if config["ENGINE"] != "django.db.backends.postgresql":
        env.refuse("ETCDPANEL_DATABASE_URL must begin with sqlite:/// or postgres://")
    # Each ASGI request has a thread of its own, so a kept connection would never
    # be found again. One that outlived a restart of the database is replaced.
    return {**config, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
