"""Secrets at rest: what is kept in the database can not be read without the key.

The key comes from the panel's secret key, which is not in the database; an older one
still opens what it sealed (SECRET_KEY_FALLBACKS).
"""

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings  # noqa: TID251 (the key is one of Django's own)

from clusters.core.errors import BackendError
from clusters.core.text import say

_PURPOSE = b"etcdpanel discovery store"


class SealBrokenError(BackendError):
    """The secret key that sealed this is not known any more."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "The login and the certificates of this store can not be read: the"
                " panel's secret key is another one than when they were kept."
            ),
            code="secret_key_lost",
            advice=say(
                "Name the earlier key in ETCDPANEL_SECRET_KEY_FALLBACKS, or remove the"
                " store here and add it again."
            ),
        )


def seal(secrets: dict[str, Any]) -> str:
    """The secrets as a text that only this panel can open; empty for none."""
    if not any(secrets.values()):
        return ""
    return _keys().encrypt(json.dumps(secrets).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """What was sealed; SealBrokenError when the key is another one by now."""
    if not sealed:
        return {}
    try:
        opened: dict[str, Any] = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise SealBrokenError from error
    return opened


def _keys() -> MultiFernet:
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in known])


def _derived(secret: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(kdf.derive(secret.encode()))
