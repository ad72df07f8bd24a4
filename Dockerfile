# The panel in a container; web, worker and beat run the same image.
# Any base with Python 3.11 or newer will do, and any Debian.
ARG BASE_IMAGE=python:3.12-slim-bookworm
FROM ${BASE_IMAGE}

# Where packages come from is the builder's business. What is given here stays in the
# image's history: no address with a password.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST

RUN python3 -c 'import ensurepip, venv' 2>/dev/null \
 || { apt-get update \
   && apt-get install --yes --no-install-recommends python3 python3-venv \
   && rm -rf /var/lib/apt/lists/*; }

RUN useradd --system --uid 10001 --user-group --create-home \
      --home-dir /var/lib/etcdpanel --shell /usr/sbin/nologin etcdpanel \
 && chmod 0700 /var/lib/etcdpanel

WORKDIR /srv/etcdpanel
ENV PATH=/opt/etcdpanel/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=etcdpanel.settings \
    ETCDPANEL_HOME=/var/lib/etcdpanel \
    ETCDPANEL_BIND=0.0.0.0

# Before the code, which changes more often.
COPY requirements.txt ./
RUN python3 -m venv /opt/etcdpanel \
 && pip install --quiet --no-cache-dir --disable-pip-version-check \
      --require-hashes --requirement requirements.txt

COPY manage.py ./
COPY etcdpanel etcdpanel
COPY clusters clusters
COPY templates templates
RUN python3 -m compileall -q etcdpanel clusters

USER etcdpanel
VOLUME /var/lib/etcdpanel
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["uvicorn", "etcdpanel.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--timeout-graceful-shutdown", "2", "--no-proxy-headers", "--no-access-log", \
     "--no-server-header", "--lifespan", "off", "--ws", "none"]
