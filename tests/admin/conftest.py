"""Staff at the admin site, two hosts, and clusters on them."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from clusters import actions
from clusters.core.observed import HostFacts
from clusters.core.request import ClusterRequest
from clusters.models import Cluster, Host, Observation
from clusters.models.operation import Via

ASKER = actions.Asker(user=None, via=Via.COMMAND)
LIST = reverse("admin:clusters_cluster_changelist")
ADD = reverse("admin:clusters_cluster_add")


class Staff:
    """Somebody at the admin site, who reads what a page says."""

    def __init__(self, user):
        self.user = user
        self.client = Client()
        self.client.force_login(user)

    def get(self, path, **query):
        return Page(self.client.get(path, query))

    def post(self, path, **data):
        follow = data.pop("follow", False)
        return Page(self.client.post(path, data, follow=follow))

    def act(self, path, action, *rows, **data):
        chosen = [str(row.pk) for row in rows]
        return self.post(path, action=action, _selected_action=chosen, **data)


class Page:
    """An answer: its status, where it leads, its words, and the errors at fields."""

    def __init__(self, response):
        self.status = response.status_code
        self.leads_to = response.headers.get("Location", "")
        self.html = response.content.decode()
        self.text = " ".join(strip_tags(self.html).split())

    def error_at(self, field):
        pattern = rf'<ul class="errorlist" id="id_{re.escape(field)}_error">(.*?)</ul>'
        found = re.search(pattern, self.html, re.DOTALL)
        return " ".join(strip_tags(found.group(1)).split()) if found else ""

    @property
    def error_at_top(self):
        pattern = r'<ul class="errorlist nonfield">(.*?)</ul>'
        found = re.search(pattern, self.html, re.DOTALL)
        return " ".join(strip_tags(found.group(1)).split()) if found else ""

    @property
    def told(self):
        """What Django's messages say, by level."""
        pattern = r'<li class="(success|error|warning|info)">(.*?)</li>'
        found = re.findall(pattern, self.html, re.DOTALL)
        return [(level, " ".join(strip_tags(words).split())) for level, words in found]

    def value_of(self, name):
        return re.search(rf'name="{name}" value="([^"]*)"', self.html).group(1)

    def boxes(self, name):
        return re.findall(rf'type="checkbox" name="{name}" value="([^"]+)"', self.html)


@pytest.fixture
def root(db):
    make = get_user_model().objects.create_superuser
    return Staff(make("root", password="a long enough one"))


@pytest.fixture
def staff(db):
    """Make staff who may do what the test names."""

    def make(*may, name="sam"):
        users = get_user_model().objects
        user = users.create_user(name, password="a long enough one", is_staff=True)
        for codename in may:
            permission = Permission.objects.get(
                codename=codename, content_type__app_label="clusters"
            )
            user.user_permissions.add(permission)
        return Staff(user)

    return make


@pytest.fixture
def hosts(db):
    Host.objects.all().delete()
    local = Host.objects.create(name="local", kind="process")
    engine = Host.objects.create(name="docker", kind="docker")
    seen = HostFacts(usable=True, versions=("3.7.3", "3.6.16"))
    for host in (local, engine):
        Observation.keep("usable", seen.as_json(), host=host)
    return local, engine


@pytest.fixture
def ask(hosts):
    """Ask the desk for a cluster; no worker is there."""

    def create(name="a", host="local", **wanted):
        request = ClusterRequest(name=name, hosts=(host,), **wanted)
        return actions.create_cluster(ASKER, request)

    return create


@pytest.fixture
def idle(ask):
    """A cluster whose create is over."""

    def create(name="a", **wanted):
        operation = ask(name, **wanted)
        end(operation)
        return Cluster.objects.get(name=name)

    return create


def end(operation, state="succeeded"):
    operation.state = state
    operation.save(update_fields=["state"])


def change_url(row):
    return reverse(f"admin:clusters_{row._meta.model_name}_change", args=[row.pk])


def delete_url(row):
    return reverse(f"admin:clusters_{row._meta.model_name}_delete", args=[row.pk])
