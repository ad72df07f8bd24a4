"""How each kind of step is done; one module a noun."""
