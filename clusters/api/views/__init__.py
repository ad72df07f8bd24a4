"""One action or query a call, a module a noun."""
