"""Members as containers of a Docker engine, found again by name and label."""

from clusters.drivers.docker.driver import DockerDriver

__all__ = ["DockerDriver"]
