"""What an ASGI server loads: Django, and the proxies whose word it takes."""

import gc
import os
from importlib import import_module
from typing import Any

import django
from django.core.asgi import get_asgi_application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from etcdpanel import settings
from etcdpanel.bounds import BoundedBodies
from etcdpanel.up.gate import pass_through

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "etcdpanel.settings")

# All that takes long, before the gate.
django.setup()
import_module(settings.ROOT_URLCONF)
pass_through()

# Django's types are looser than uvicorn's for the same protocol.
django_application: Any = get_asgi_application()
bounded: Any = BoundedBodies(django_application, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

application = (
    # Only a listed proxy may say what the client's address and scheme are.
    ProxyHeadersMiddleware(bounded, settings.PANEL_TRUSTED_PROXIES)
    if settings.PANEL_TRUSTED_PROXIES
    else bounded
)

# What was imported stays for ever: the collector need not walk it again in the
# middle of a request (this halves the slowest pages).
gc.collect()
gc.freeze()
gc.set_threshold(50_000)
