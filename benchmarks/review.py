"""Reviewing under load, and the page of a long note.

    python benchmarks/review.py [--reviewers 20] [--minutes 5] [--database URL]

Starts `therex review` on loopback over a sample of the shipped notes, one note of 3,000 words among them. First one reviewer alone, then
all at once: each takes the next note, judges its elements one by one, changes a mind, takes something back, and decides, with a pause of
half a second to a second and a half between two steps. Every answer that said "saved" is remembered and compared with what the database
holds in the end; a change on an old version must be refused. Exit 1 where an update was lost or an answer was an error. Needs `therex[test]`.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median, quantiles

import httpx2 as httpx

from therex.batch.local import Setup
from therex.corpus.marked import load_folder
from therex.qa.drawing import make_sample
from therex.qa.samples import read_sample, to_json
from therex.types import ELEMENTS, Note
from therex.web.access import Access
from therex.web.opened import open_store

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a long password"


def sample(folder: Path, notes: int) -> Path:
    """A sample file of shipped notes, its first one of 3,000 words."""
    marked = load_folder(ROOT / "training_data" / "notes")
    words = " ".join(n.text for n in marked).split()
    texts = [" ".join(words[:3000]), *(n.text for n in marked)][:notes]
    found = [Note(f"n{k}", text, "", date(2026, 7, 1), f"therapist {k % 7}") for k, text in enumerate(texts)]
    design = {
        "seed": 1, "size": len(found), "precision": None, "confidence": 0.95, "expected": 0.5, "by": [], "allocation": "proportional", "only": [],
        "exclude": [], "group": [], "amount": None, "risk": 0, "uncertain": 0, "calibration": 0, "spares": 0, "reviewers": 2, "blind": True,
        "adjudicate": "all", "payer": "cms", "as_of": "2026-11-25", "rates": [],
    }  # fmt: skip
    path = folder / "sample.json"
    path.write_text(to_json(make_sample(lambda: found, Setup("cms", "2026-11-25"), design, 1, lambda items, _: items)), encoding="utf-8")
    return path


class Reviewer:
    """One reviewer and what the server told."""

    def __init__(self, url: str, name: str, seed: int, pause: tuple[float, float]) -> None:
        self.name, self.times, self.faults = name, defaultdict(list), []
        self.acknowledged: dict[int, tuple[int, dict]] = {}
        self._random, self._pause = random.Random(seed), pause
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=60)

    def ask(self, what: str, method: str, path: str, expect: tuple[int, ...] = (200,), **more):
        start = time.perf_counter()
        answer = self._client.request(method, path, **more)
        self.times[what].append(time.perf_counter() - start)
        if answer.status_code not in expect:
            self.faults.append(f"{what}: {answer.status_code}")
        time.sleep(self._random.uniform(*self._pause))
        return answer

    def work(self, until: float) -> None:
        """Review until the time is over, or there is nothing left."""
        page = self.ask("sign in", "POST", "/login", data={"name": self.name, "password": PASSWORD})
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
        head = {"X-CSRF-Token": csrf, "Accept": "application/json"}
        while time.monotonic() < until:
            page = self.ask("next note", "POST", "/next", data={"csrf": csrf})
            if not (found := re.search(r"/notes/(\d+)$", str(page.url))):
                return
            number, version = int(found[1]), int(re.search(r'"version": (\d+)', page.text)[1])
            told: dict = {"elements": {}}
            for k, element in enumerate(ELEMENTS):
                if time.monotonic() > until:
                    return
                value = self._random.choice(("present", "weak", "missing"))
                answer = self.ask(
                    "save",
                    "POST",
                    f"/notes/{number}/save",
                    json={"version": version, "change": {"elements": {element: value}}},
                    headers=head,
                )
                version = answer.json()["version"]
                told["elements"][element] = value
                self.acknowledged[number] = (version, {**told, "elements": dict(told["elements"])})
                if k == 8:  # an old version, as from another window
                    self.ask(
                        "stale save",
                        "POST",
                        f"/notes/{number}/save",
                        (412,),
                        json={"version": version - 1, "change": {"flag": True}},
                        headers=head,
                    )
                if k == 12:
                    answer = self.ask("undo", "POST", f"/notes/{number}/undo", json={"version": version}, headers=head)
                    version = answer.json()["version"]
                    told["elements"].pop(element)
                    self.acknowledged[number] = (version, {"elements": dict(told["elements"])})
            rest = {"elements": {e: "weak" for e in ELEMENTS if e not in told["elements"]}, "verdict": "supported"}
            version = self.ask("save", "POST", f"/notes/{number}/save", json={"version": version, "change": rest}, headers=head).json()[
                "version"
            ]
            told["elements"] |= rest["elements"]
            version = self.ask("decide", "POST", f"/notes/{number}/decide", json={"version": version}, headers=head).json()["version"]
            self.acknowledged[number] = (version, {**told, "verdict": "supported"})
            self.ask("note page", "GET", f"/notes/{number}")
            self.ask("queue", "GET", "/")


def serve(path: Path, database: str) -> tuple[subprocess.Popen, str]:
    """The server as a process of its own, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "therex", "review", str(path), "--users", "--port", "0", "--database", database],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    return process, re.search(r"http\S+", process.stderr.readline())[0]


def long_page(url: str, chromium: str) -> float | None:
    """Seconds until the page of the long note is usable: drawn, lit up and its keys bound; the middle of five."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    times = []
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        page.fill("[name=name]", "r0")
        page.fill("[name=password]", PASSWORD)
        page.click("main button.main")
        page.wait_for_selector("#next")
        number = page.evaluate(
            "[...document.querySelectorAll('#list tbody tr')].find((r) => r.children[1].textContent.trim() === 'n0').children[0].textContent.trim()"
        )
        for _ in range(5):
            start = time.perf_counter()
            page.goto(f"{url}notes/{number}")
            page.wait_for_selector("html[data-ready=yes]")
            times.append(time.perf_counter() - start)
        browser.close()
    return median(times)


def lost(path: Path, database: str, people: list[Reviewer]) -> list[str]:
    """Updates that were acknowledged and are not in the database."""
    store = open_store(path, read_sample(path), database)
    held = {(r["name"], r["place"] + 1): r for r in store.reviews(told=True)}
    out = []
    for person in people:
        for number, (version, told) in person.acknowledged.items():
            row = held.get((person.name, number))
            if row is None or row["version"] < version or (row["version"] == version and any(row["told"][k] != v for k, v in told.items())):
                out.append(f"{person.name}, note {number}")
    store.database.close()
    return out


def main(argv: list[str] | None = None) -> int:
    """Print the times alone and together, and what was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--notes", type=int, default=600)
    parser.add_argument("--database", help="PostgreSQL by URL; a SQLite file by default.")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        path = sample(Path(name), args.notes)
        database = args.database or str(Path(name) / "reviews.db")
        store = open_store(path, read_sample(path), database)
        access = Access(store.database, users=True)
        for n in range(args.reviewers + 1):
            access.add(f"r{n}", PASSWORD, "administrator" if n == 0 else "reviewer")
        store.database.close()
        process, url = serve(path, database)
        try:
            if Path(args.chromium).exists():
                print(f"page of a note of 3,000 words: usable after {long_page(url, args.chromium):.3f} s (middle of 5)")
            one = Reviewer(url, "r0", 0, (0.2, 0.4))
            one.work(time.monotonic() + min(60.0, 60 * args.minutes))
            people = [Reviewer(url, f"r{n}", n, (0.5, 1.5)) for n in range(1, args.reviewers + 1)]
            until = time.monotonic() + 60 * args.minutes
            threads = [threading.Thread(target=p.work, args=(until,)) for p in people]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
        finally:
            process.terminate()
            process.wait(30)
        together: dict[str, list[float]] = defaultdict(list)
        for p in people:
            for what, times in p.times.items():
                together[what] += times
        print(f"{'step':12}{'alone: middle, 95th':>24}{'together: middle, 95th':>28}{'95th over alone':>18}{'steps':>8}")
        for what, times in one.times.items():
            if what not in together or what == "sign in":
                continue
            at95 = quantiles(together[what], n=20)[-1] if len(together[what]) > 1 else together[what][0]
            alone95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            print(
                f"{what:12}{median(times):>16.4f}{alone95:>8.4f}{median(together[what]):>20.4f}{at95:>8.4f}{at95 / median(times):>17.1f}x{len(together[what]):>8}"
            )
        gone, faults = lost(path, database, [one, *people]), [f for p in (one, *people) for f in p.faults]
        saves = sum(len(p.acknowledged) for p in people)
        print(
            f"{len(people)} reviewers for {args.minutes:g} minutes: {saves} notes, {sum(map(len, together.values()))} steps; {len(gone)} lost updates, {len(faults)} errors {sorted(set(faults))[:5]}"
        )
    return int(bool(gone or faults))


if __name__ == "__main__":
    raise SystemExit(main())
