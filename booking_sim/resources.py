"""Where the SQL, the data and the notebooks are: inside the installed package, or at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


SQL = _folder("sql")
DATA = _folder("data")
NOTEBOOKS = _folder("notebooks")
