"""The wire: everything that speaks to etcd itself."""
