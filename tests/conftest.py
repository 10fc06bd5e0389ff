"""Fixtures: one pipeline for the whole run, and where the shared evaluation notes lie, if anywhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("THEREX_SHARED", ROOT.parent / "shared")) / "eval"
IN_CI = os.environ.get("THEREX_CI") == "1"


def missing(reason: str) -> None:
    """Skip on a user's machine; fail in CI, where everything is installed."""
    if IN_CI:
        pytest.fail(f"in CI this must not be missing: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory):
    """No test sees, or touches, the models of whoever runs it."""
    os.environ["THEREX_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def nlp():
    """Closed forms alone: a pipeline whose tagger knows the exercises of the lexicon, and nothing else."""
    from told import Named, pipeline

    return pipeline(Named())


@pytest.fixture(scope="session")
def analyzer():
    from datetime import date

    from therex.analysis import Analyzer

    return Analyzer.create(on=date(2026, 11, 25))


@pytest.fixture(scope="session")
def decided(analyzer):
    """The analyzer that leaves no verdict to a reader: for what follows from a verdict, however sure the model is of it."""
    from dataclasses import replace

    return replace(analyzer, model=replace(analyzer.model, low=0.5, high=0.5))


@pytest.fixture(scope="session")
def grammar(nlp):
    """The whole analysis with closed forms alone, so that no training moves what it says of them."""
    from datetime import date

    from therex.analysis import Analyzer
    from therex.catalog.policy import policy
    from therex.scoring.model import load_model
    from therex.settings import NECESSITY, models_dir

    return Analyzer(nlp, load_model(models_dir() / NECESSITY), policy("cms"), date(2026, 11, 25))


@pytest.fixture(scope="session")
def read(nlp):
    from therex.nlp.export import to_view

    return lambda text: to_view(nlp(text))


@pytest.fixture(scope="session")
def shared():
    if not (SHARED / "gold").is_dir():
        pytest.skip("the shared evaluation notes are not here")
    return SHARED


@pytest.fixture(scope="session")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("no Chromium browser")
    return found


@pytest.fixture
def run(tmp_path):
    """Run the program in a process of its own: (exit code, standard output, standard error)."""
    import subprocess
    import sys

    def go(*args: str, stdin: bytes = b""):
        done = subprocess.run([sys.executable, "-m", "therex", *args], input=stdin, capture_output=True, timeout=120, cwd=tmp_path)
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    return go


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of its own on a socket, gone with the session: the URL of a database in it."""
    import glob
    import subprocess
    import tempfile

    pytest.importorskip("psycopg")
    found = shutil.which("pg_ctl") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"), reverse=True)), None)
    if found is None:
        missing("no PostgreSQL server")
    bin_ = Path(found).resolve().parent
    # the server runs under no administrator
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if other:
            shutil.chown(folder, "postgres")

        def server(*args):
            return subprocess.run([*other, *args], check=True, capture_output=True, timeout=120, cwd="/")

        server(str(bin_ / "initdb"), "-D", str(folder / "data"), "-U", "therex", "-A", "trust", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        server(str(bin_ / "pg_ctl"), "-D", str(folder / "data"), "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://therex@/postgres?host={folder}"
        finally:
            server(str(bin_ / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")


@pytest.fixture(scope="session")
def spark_session():
    """Spark with two executors, processes of their own."""
    import sys

    if shutil.which("java") is None:
        missing("no Java")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        missing("no pyspark")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .appName("therex tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.executorEnv.THEREX_HOME", os.environ["THEREX_HOME"])
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "16")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
