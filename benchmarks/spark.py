"""Spark with two executors against the local engine with two workers, over the same notes in one Parquet file.

    python benchmarks/spark.py [--notes 50000]

Both runs are whole: starting, loading, reading, analysis and writing. Needs Java and the `spark` extra.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from speed import notes


def main(argv: list[str] | None = None) -> int:
    """Print both rates and their ratio."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parser = argparse.ArgumentParser()
    parser.add_argument("--notes", type=int, default=50_000)
    args = parser.parse_args(argv)
    n = args.notes
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pq.write_table(pa.table({"note_id": [str(i) for i in range(n)], "text": notes(n)}), folder / "notes.parquet", row_group_size=500)
        command = [sys.executable, "-m", "therex", "screen", str(folder / "notes.parquet")]
        rates = {}
        for engine, more in {
            "local, 2 workers": ["-f", "jsonl", "-o", str(folder / "out.jsonl"), "--jobs", "2"],
            "Spark, 2 executors": ["--engine", "spark", "--master", "local-cluster[2,1,1024]", "-o", str(folder / "screened")],
        }.items():
            began = time.perf_counter()
            subprocess.run([*command, *more], check=True, stderr=subprocess.DEVNULL)
            rates[engine] = n / (time.perf_counter() - began)
            print(f"{engine:20} {rates[engine]:6.1f} notes/s", flush=True)
        with (folder / "out.jsonl").open(encoding="utf-8") as handle:
            assert sum(1 for _ in handle) == n
        rows = sum(pq.read_metadata(part).num_rows for part in (folder / "screened").rglob("*.parquet"))
        assert rows >= n, rows
    local, spark = rates.values()
    print(f"{n:,} notes: Spark over local {spark / local:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
