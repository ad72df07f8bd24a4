"""Where log lines go: to stderr, which the launcher, Docker or systemd keeps."""

from typing import Any

# Four lines for each sweep, every five seconds.
TALKATIVE = ("celery.beat", "celery.app.trace", "celery.worker.strategy")


def configuration(level: str) -> dict[str, Any]:
    quieter = {"level": "WARNING" if level == "INFO" else level}
    line = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": line}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handler would print each error twice.
            "django": {"handlers": [], "level": level, "propagate": True},
            **dict.fromkeys(TALKATIVE, quieter),
        },
    }
