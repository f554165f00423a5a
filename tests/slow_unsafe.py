"""The unsafe strategy with a pause between its read and its write: so it oversells on the busiest machine too."""

from booking_sim.strategies import find


def write_unsafe(folder, name="unsafe"):
    """Write it to a file of a folder; return the path."""
    text = find("unsafe").path.read_text(encoding="utf-8")
    body = text[text.index("begin\n") :]
    query = body[body.index("array(") : body.index(";")]
    paused = f"declare\n    found int[] := {query};\nbegin\n    perform pg_sleep(0.01);\n    return found;\nend $$;\n"
    path = folder / f"{name}.sql"
    path.write_text(text.removesuffix(body) + paused, encoding="utf-8")
    return path
