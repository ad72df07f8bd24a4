"""What a registry refuses, in the words that engines repeat of it."""

from clusters.core.errors import BackendError
from clusters.core.text import quote, say
from clusters.drivers.docker.refusals import DISK_FULL, Refusal, first_that_fits

_REFUSALS = (
    DISK_FULL,
    Refusal(
        words=r"toomanyrequests|too many requests|rate limit",
        code="pull_rate_limited",
        text=say("The registry allows no more pulls for now: {words}"),
        advice=say("Wait, or log in (docker login), or use a mirror of the image."),
    ),
    Refusal(
        words=r"unauthorized|authentication required|no basic auth|denied|forbidden"
        r"|authorization failed",
        code="pull_denied",
        text=say("The registry does not give the image to this engine: {words}"),
        advice=say(
            "Check the reference; when it is right, log in as the panel's user:"
            " docker login"
        ),
    ),
    Refusal(
        words=r"no match(?:ing manifest)? for|does not match the specified platform",
        code="image_wrong_platform",
        text=say("The image is not made for this engine's processor: {words}"),
        advice=say("Choose an image for this processor."),
    ),
    Refusal(
        words=r"connection refused|no such host|server misbehaving|network is unreach"
        r"|no route to host|i/o timeout|timeout|deadline exceeded|\btls:|x509"
        r"|certificate|HTTP response to HTTPS client|connection reset|\bEOF\b"
        r"|proxyconnect|status(?: code)?:? ?50\d|50\d (?:internal|bad|service|gateway)",
        code="registry_unreachable",
        text=say("The engine can not reach the registry: {words}"),
        advice=say(
            "Check the network of the engine's machine, or set a mirror in"
            " ETCDPANEL_ETCD_IMAGE."
        ),
    ),
)


_MISSING = ("manifest unknown", "name unknown", "not found", "no such image")


def pull_refused(words: str, reference: str) -> BackendError:
    """The error for a pull that the engine gave up."""
    known = first_that_fits(_REFUSALS, words)
    if known is not None:
        return known
    if any(sign in words.lower() for sign in _MISSING):
        return BackendError(
            say("There is no image {reference}.", reference=reference),
            code="image_not_found",
            advice=say("Check the name and the version of the image."),
        )
    return BackendError(
        say("The image could not be pulled: {words}", words=quote(words)),
        code="pull_failed",
        advice=say("Try `docker pull` on the engine's machine; then try again."),
    )
