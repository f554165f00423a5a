"""What tests of arrivals share: recorded curves, written down."""

import pandas as pd
import pytest


@pytest.fixture
def curve(tmp_path):
    """Write a curve to a file and return its path."""

    def write(columns, name="curve.csv"):
        path = tmp_path / name
        frame = pd.DataFrame(columns)
        if path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)
        return str(path)

    return write
