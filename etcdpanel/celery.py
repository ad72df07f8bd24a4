"""The Celery application that workers, beat and every `.delay` start from."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun

from etcdpanel import home

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "etcdpanel.settings")

app = Celery("etcdpanel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect(weak=False)
def keep_django_logging(**_: Any) -> None:
    """One logging configuration for all processes: Django's."""


@task_prerun.connect(weak=False)
def beat_pulse(**_: Any) -> None:
    """Show that this worker takes messages.

    A worker may answer pings while it consumes nothing after its broker came
    back, so the launcher looks at this file instead of asking.
    """
    try:
        home.from_environment().worker_pulse.touch()
    except OSError as error:
        logging.getLogger(__name__).warning("The pulse was not written: %s", error)
