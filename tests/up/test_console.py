import io

from etcdpanel.up.console import Progress, table


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_one_line_is_drawn_again_and_again():
    terminal = Terminal()
    progress = Progress(terminal)

    progress.show(0, 2, "create network")
    progress.show(1, 2, "start demo-1")
    progress.end()

    assert terminal.getvalue().count("\r") == 2
    assert terminal.getvalue().count("\n") == 1
    assert "1/2  start demo-1" in terminal.getvalue()


def test_elsewhere_each_change_is_a_line_and_no_change_is_none():
    pipe = io.StringIO()
    progress = Progress(pipe)

    progress.show(0, 2, "create network")
    progress.show(0, 2, "create network")
    progress.show(2, 2, "succeeded")

    assert pipe.getvalue().splitlines() == [
        "[..............................] 0/2  create network",
        "[##############################] 2/2  succeeded",
    ]


def test_columns_are_as_wide_as_their_widest_cell():
    rows = [("NAME", "ID"), ("demo-1", "1f"), ("d", "2e")]

    assert table(rows).splitlines() == ["NAME    ID", "demo-1  1f", "d       2e"]
