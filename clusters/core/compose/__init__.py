"""Compose files of etcd services: what they say, and a cluster written as one."""
