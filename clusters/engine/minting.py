"""Write tokens that scripts ask for, and take the keys of burnt ones away."""

import uuid

from clusters.core.addresses import read_url
from clusters.core.errors import BackendError
from clusters.core.meeting import StoreProtocol
from clusters.core.spec import ANY_ADDRESS
from clusters.core.ticketing import path_of, v2_url
from clusters.engine import wiring
from clusters.models import DiscoveryToken, Store
from clusters.models.discovery_token import TokenState


def settle(token_id: uuid.UUID) -> None:
    """Do what the state of a token asks for; done already is done."""
    rows = DiscoveryToken.objects.select_related("store__cluster")
    token = rows.filter(pk=token_id).first()
    if token is None or token.store is None:
        return
    if token.state == TokenState.ASKED:
        _write(token, token.store)
    elif token.state == TokenState.BURNT:
        _forget(token, token.store)


def _write(token: DiscoveryToken, store: Store) -> None:
    """The same key whoever does it, so that twice is once."""
    key = token.pk.hex
    address = key
    if store.protocol == StoreProtocol.V2:
        address = v2_url(_outside(store, token.reached_as), key)
        key = path_of(address)
    try:
        wiring.registry_of(store).write_size(key, token.size)
    except BackendError as error:
        _end(token, state=TokenState.REFUSED, problem=error.text.as_json())
        return
    _end(token, state=TokenState.FRESH, address=address)


def _forget(token: DiscoveryToken, store: Store) -> None:
    is_v2 = store.protocol == StoreProtocol.V2
    key = path_of(token.address) if is_v2 else token.address
    wiring.registry_of(store).forget(key)


def _outside(store: Store, reached_as: str) -> str:
    """Where members outside the panel reach a store: by its published port, at the
    host name by which the panel was reached where the store listens at all."""
    address = read_url(store.to_offer().panel_url)
    if address is None:
        return store.member_url
    is_open = store.cluster is not None and store.cluster.bind_address == ANY_ADDRESS
    host = reached_as if reached_as and is_open else address.host
    return f"http://{host}:{address.port}"


def _end(token: DiscoveryToken, **changes: object) -> None:
    asked = DiscoveryToken.objects.filter(pk=token.pk, state=TokenState.ASKED)
    asked.update(**changes)
