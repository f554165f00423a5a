"""In a notebook, a surge that is interrupted keeps and shows what it has, and the cells behind it do not run."""

from textwrap import dedent

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from program import SECONDS

SURGE = """
    import os, signal, threading
    from booking_sim import connect, surge

    def press_the_button():
        with connect(os.environ["POSTGRES_URL"]) as db:
            while not db.execute("select count(*), pg_sleep(0.01) from booking.booking_intents").fetchone()[0]:
                pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press_the_button).start()
    result = surge(tickets=50, arrivals="constant(rate=50, duration=10m)", connections=2, workers=1, progress=False)
    result
"""
AFTER = "assert result.manifest.interrupted and len(result.attempts)"


def test_it_stops_run_all_and_its_result_is_there(database, monkeypatch):
    monkeypatch.setenv("POSTGRES_URL", database)
    first, second = (nbformat.v4.new_code_cell(dedent(source)) for source in (SURGE, AFTER))
    client = NotebookClient(nbformat.v4.new_notebook(cells=[first, second]), timeout=SECONDS)
    with client.setup_kernel():
        with pytest.raises(CellExecutionError):
            client.execute_cell(first, 0)
        assert any("Partial run" in str(output) for output in first.outputs)
        client.execute_cell(second, 1)
