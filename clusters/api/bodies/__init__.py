"""What programs send: bodies and queries, every field of them."""
