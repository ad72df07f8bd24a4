"""The SDK's client with bounds on every call, and two calls that the SDK lacks."""

from pathlib import Path

import docker
import docker.auth
import docker.credentials.errors
import docker.errors
import docker.tls
import requests

from clusters.core.images import split_reference
from clusters.drivers.docker.address import CERTIFICATE_FILES, EngineAddress
from clusters.drivers.docker.transport import UnixAdapter

CONNECT_SECONDS = 3
# More than the panel's worker has threads for, so that no connection is thrown away.
_POOL = 16


class Client(docker.APIClient):
    """Speaks one version of the API; every call ends within the given seconds."""

    def __init__(self, engine: EngineAddress, api: str, answer_seconds: float) -> None:
        tls = _tls(engine.certificates) if engine.certificates else False
        super().__init__(
            base_url=engine.url,
            version=api,
            timeout=round(answer_seconds) or 1,
            tls=tls,
            max_pool_size=_POOL,
        )
        if engine.socket is not None:
            path = f"http+unix://{engine.socket}"
            adapter = UnixAdapter(path, CONNECT_SECONDS, max_pool_size=_POOL)
            self.mount("http+docker://", adapter)
        # A proxy or a bundle of certificates that the environment names for the web
        # (REQUESTS_CA_BUNDLE) would replace what was configured for the engine.
        self.trust_env = False
        # requests take a pair, to connect and to be answered; the stubs say one number.
        self.timeout = (CONNECT_SECONDS, answer_seconds)  # type: ignore[assignment]

    def speak(self, api: str) -> None:
        """Use the version of the API that was agreed on."""
        self._version = api

    def begin_pull(self, name: str, tag: str, silence: float) -> requests.Response:
        """As the SDK's `pull`, which would wait for ever for a stalled registry."""
        response = self.post(
            f"{self.base_url}/v{self.api_version}/images/create",
            params={"fromImage": name, "tag": tag},
            headers=self._credentials(name),
            timeout=(CONNECT_SECONDS, silence),
            stream=True,
        )
        if not response.ok:
            docker.errors.create_api_error_from_http_exception(
                requests.HTTPError(response=response)
            )
        return response

    def registry_has(self, reference: str) -> bool | None:
        """Whether the registry has the image; None when it did not say."""
        parts = split_reference(reference)
        answer = self.get(
            f"{self.base_url}/v{self.api_version}/distribution/{reference}/json",
            headers=self._credentials(parts[0] if parts else reference),
            timeout=self.timeout,
        )
        # An engine that can not reach the registry answers 500, as for a fault.
        is_fault = answer.status_code >= requests.codes.server_error
        return None if is_fault else answer.ok

    def _credentials(self, name: str) -> dict[str, str]:
        """What `docker login` keeps for a registry, as it is now."""
        try:
            self.reload_config()
            registry, _ = docker.auth.resolve_repository_name(name)
            header = docker.auth.get_config_header(self, registry)
        except (
            docker.errors.DockerException,
            docker.credentials.errors.StoreError,
            ValueError,
        ):
            return {}  # without a login; the registry decides
        return {"X-Registry-Auth": header.decode()} if header else {}


def _tls(folder: Path) -> docker.tls.TLSConfig:
    ca, cert, key = (str(folder / name) for name in CERTIFICATE_FILES)
    return docker.tls.TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=True)
