import pytest

from tests.up.panels import Panel, free_port


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """One panel for all tests of a module: a start costs seconds."""
    panel = Panel(tmp_path_factory.mktemp("panel") / "var", free_port())
    yield panel
    panel.end()


@pytest.fixture
def stranger(tmp_path):
    """A second panel, in another home."""
    stranger = Panel(tmp_path / "var", free_port())
    yield stranger
    stranger.end()
