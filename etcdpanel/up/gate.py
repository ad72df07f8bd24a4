"""Web loads its code while the database is prepared, and waits here to serve."""

import os

VARIABLE = "PANEL_GATE"


class Gate:
    """The launcher's end: a pipe whose end of file says "go on".

    It stays passable: a web process that is started again goes through at once.
    """

    def __init__(self) -> None:
        self.readable, self.writable = os.pipe()
        self.is_open = False

    def open(self) -> None:
        if not self.is_open:
            os.close(self.writable)
        self.is_open = True

    def variables(self) -> dict[str, str]:
        return {VARIABLE: str(self.readable)}


def pass_through() -> None:
    """The web process's end; without a launcher there is no gate."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor:
        os.read(int(descriptor), 1)
        os.close(int(descriptor))
