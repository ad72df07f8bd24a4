"""The answers of a create that did not succeed, back in the form they came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.core.cause import Remedy
from clusters.core.request import ClusterRequest
from clusters.models import Operation
from clusters.models.operation import Kind
from clusters.queries import OperationProgress, store_list
from clusters.web.meeting_fields import PREFIX
from clusters.web.words import Words

_PLAIN = (
    "name",
    "size",
    "extra_members",
    "version",
    "bootstrap",
    "cluster_token",
    "bind_address",
    "image",
    "network",
)
_WITH_COMMAS = ("member_names", "client_ports", "peer_ports")
_SEVERAL = ("hosts", "accept")


def answers_of_operation(operation_id: str) -> QueryDict:
    """What was asked; nothing when there is no such create."""
    data = QueryDict(mutable=True)
    try:
        wanted = Operation.objects.filter(pk=UUID(operation_id), kind=Kind.CREATE)
    except ValueError:
        return data
    found = wanted.first()
    if found is not None and found.request:
        _fill_in(data, ClusterRequest.from_json(found.request))
    return data


def _fill_in(data: QueryDict, request: ClusterRequest) -> None:
    for name in _PLAIN:
        _say(data, name, getattr(request, name))
    for name in _WITH_COMMAS:
        _say(data, name, _joined(getattr(request, name)))
    for name in _SEVERAL:
        data.setlist(name, list(getattr(request, name)))
    for option, value in request.options.items():
        _say(data, f"options.{option}", value)
    for name, said in request.as_json()["discovery"].items():
        _say(data, f"{PREFIX}{name}", _joined(said))
    if request.keep_on_failure:
        data["keep_on_failure"] = "on"


def _say(data: QueryDict, name: str, value: Any) -> None:
    if value is True or value is False:
        data[name] = str(value).lower()
    elif value:
        data[name] = str(value)


def _joined(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A way out: what it leads to, and where that is."""

    words: Words
    address: str


def ways_out(operation: OperationProgress) -> tuple[Link, ...]:
    """What can be done about a create that did not succeed, beside the same again."""
    if operation.kind != Kind.CREATE or not operation.can_retry:
        return ()
    return (*_to_stores(operation), _form_again(operation))


def _form_again(operation: OperationProgress) -> Link:
    request = Operation.objects.values_list("request", flat=True).get(pk=operation.id)
    address = f"{reverse('cluster_create')}?{urlencode({'from': operation.id})}"
    if request.get("serves"):
        address = f"{reverse('store_new')}?{urlencode(_of_store(request))}"
    return Link(words=_("Change it, then try again"), address=address)


def _of_store(request: Mapping[str, Any]) -> dict[str, str]:
    known = ("name", "version", "network", "volume", "image")
    answers = {name: request.get(name, "") for name in known}
    answers["protocol"] = request["serves"]
    answers["host"] = next(iter(request.get("hosts", ())), "")
    return {name: value for name, value in answers.items() if value}


def _to_stores(operation: OperationProgress) -> Iterator[Link]:
    """By the remedy of the failure, or by what it was about."""
    remedy = operation.remedy
    if remedy == Remedy.MAKE_STORE or operation.code.startswith("service_"):
        yield Link(words=_("Make a store of your own"), address=reverse("store_new"))
    elif remedy == Remedy.OPEN_STORE or operation.code.startswith("store_"):
        yield Link(words=_("Look at the store"), address=_store(operation))


def _store(operation: OperationProgress) -> str:
    known = {store.name for store in store_list()}
    targets = (step.target for step in operation.steps if step.target in known)
    name = next(targets, "")
    return reverse("store", args=[name]) if name else reverse("stores")
