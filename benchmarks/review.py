"""Reviewing under load, and the page of a long note.

    python benchmarks/review.py [--reviewers 40] [--minutes 10] [--kills 2] [--database URL]

Starts `therex review` on loopback over a sample of the shipped notes, one note of 3,000 words among them. First one reviewer alone, then
all at once: each takes the next note, judges its elements one by one, changes a mind, takes something back, and decides, with a pause of
half a second to a second and a half between two steps. Meanwhile the server is killed (SIGKILL) and started again, so often as `--kills`
says; what it did not answer is sent again, as the page does. Every answer that said "saved" is remembered and compared with what the database
holds in the end, and so is what was first decided; a change on an old version must be refused; no note may have more reviewers than two.
Exit 1 where an update was lost or an answer was an error. Needs `therex[test]`.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
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
# a server that was killed answers again within so many seconds
AWAY = 180.0


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
        self.first: dict[int, dict] = {}
        self.again = 0
        self._random, self._pause = random.Random(seed), pause
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=AWAY)

    def ask(self, what: str, method: str, path: str, expect: tuple[int, ...] = (200,), **more):
        """An answer of the server; while it is away, the same again."""
        answer, away = None, time.monotonic() + AWAY
        while answer is None:
            start = time.perf_counter()
            try:
                answer = self._client.request(method, path, **more)
            except httpx.TransportError:
                if time.monotonic() > away:
                    raise
                self.again += 1
                time.sleep(0.2)
        self.times[what].append(time.perf_counter() - start)
        if answer.status_code not in expect:
            self.faults.append(f"{what}: {answer.status_code}")
        time.sleep(self._random.uniform(*self._pause))
        return answer

    def step(self, what: str, number: int, body: dict, head: dict, done: Callable[[dict], bool]) -> int:
        """A step on a note; the version after it. Where the answer was lost with the server, the note itself tells whether it was done."""
        before = self.again
        answer = self.ask(what, "POST", f"/notes/{number}/{what}", (200, 412), json=body, headers=head)
        if answer.status_code == 412:
            if self.again == before:
                self.faults.append(f"{what}: 412")
            answer = self.ask("state", "GET", f"/notes/{number}/state", headers=head)
            if not done(answer.json()):
                self.faults.append(f"{what}: neither done nor refused")
        return int(answer.json()["version"])

    def work(self, until: float) -> None:
        """Review until the time is over, or there is nothing left."""
        try:
            self._work(until)
        except Exception as error:
            self.faults.append(f"a reviewer gave up: {type(error).__name__}")

    def _work(self, until: float) -> None:
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
                body = {"version": version, "change": {"elements": {element: value}}}
                version = self.step("save", number, body, head, lambda s, e=element, v=value: s["told"]["elements"].get(e) == v)
                told["elements"][element] = value
                self.acknowledged[number] = (version, {**told, "elements": dict(told["elements"])})
                if k == 8:  # an old version, as from another window
                    stale = {"version": version - 1, "change": {"flag": True}}
                    self.ask("stale save", "POST", f"/notes/{number}/save", (412,), json=stale, headers=head)
                if k == 12:
                    version = self.step("undo", number, {"version": version}, head, lambda s, e=element: e not in s["told"]["elements"])
                    told["elements"].pop(element)
                    self.acknowledged[number] = (version, {"elements": dict(told["elements"])})
            rest = {
                "elements": {e: "weak" for e in ELEMENTS if e not in told["elements"]},
                "verdict": "supported",
                "units_not_judged": True,
            }
            version = self.step("save", number, {"version": version, "change": rest}, head, lambda s: s["told"]["verdict"] == "supported")
            told = {"elements": told["elements"] | rest["elements"], "verdict": "supported"}
            version = self.step("decide", number, {"version": version}, head, lambda s: s["decided"])
            self.acknowledged[number], self.first[number] = (version, told), told
            self.ask("note page", "GET", f"/notes/{number}")
            self.ask("queue", "GET", "/")


class Server:
    """The server as a process of its own; started again, it answers where it did."""

    def __init__(self, path: Path, database: str) -> None:
        self._args = [sys.executable, "-m", "therex", "review", str(path), "--no-browser", "--users", "--database", database, "--port"]
        self.url = self._start("0")

    def _start(self, port: str) -> str:
        self._process = subprocess.Popen([*self._args, port], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        return re.search(r"http\S+", self._process.stderr.readline())[0]

    def kill(self) -> None:
        """Kill it, and start it again."""
        self.stop(signal.SIGKILL)
        self._start(self.url.rstrip("/").rpartition(":")[2])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        self._process.send_signal(how)
        self._process.wait(30)
        self._process.stderr.close()


def together(server: Server, people: list[Reviewer], minutes: float, kills: int) -> dict[str, list[float]]:
    """All reviewers at once, and the server killed at even distances meanwhile; the seconds of every step."""
    began = time.monotonic()
    threads = [threading.Thread(target=p.work, args=(began + 60 * minutes,)) for p in people]
    for t in threads:
        t.start()
    for k in range(kills):
        time.sleep(max(0.0, began + 60 * minutes * (k + 1) / (kills + 1) - time.monotonic()))
        server.kill()
    for t in threads:
        t.join()
    times: dict[str, list[float]] = defaultdict(list)
    for p in people:
        for what, found in p.times.items():
            times[what] += found
    return times


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
    """Updates that were acknowledged and are not in the database, first judgements that are not as they were, notes with too many reviewers."""
    store = open_store(path, read_sample(path), database)
    rows = store.reviews(told=True)
    held = {(r["name"], r["place"] + 1): r for r in rows}
    out = [f"note {place + 1}: {n} reviewers" for place, n in Counter(r["place"] for r in rows).items() if n > store.design["reviewers"]]
    for person in people:
        for number, (version, told) in person.acknowledged.items():
            row = held.get((person.name, number))
            if row is None or row["version"] < version or (row["version"] == version and any(row["told"][k] != v for k, v in told.items())):
                out.append(f"{person.name}, note {number}")
        for number, told in person.first.items():
            first = held[person.name, number]["first"] if (person.name, number) in held else None
            if first is None or any(first[k] != v for k, v in told.items()):
                out.append(f"{person.name}, note {number}, as first decided")
    store.database.close()
    return out


def table(alone: dict[str, list[float]], all_: dict[str, list[float]]) -> None:
    """The times of each step alone and together."""
    print(f"{'step':12}{'alone: middle, 95th':>24}{'together: middle, 95th':>28}{'95th over alone':>18}{'steps':>8}")
    for what, times in alone.items():
        if what not in all_ or what == "sign in":
            continue
        found = all_[what]
        at95, alone95 = (quantiles(t, n=20)[-1] if len(t) > 1 else t[0] for t in (found, times))
        middle = median(times)
        print(f"{what:12}{middle:>16.4f}{alone95:>8.4f}{median(found):>20.4f}{at95:>8.4f}{at95 / middle:>17.1f}x{len(found):>8}")


def main(argv: list[str] | None = None) -> int:
    """Print the times alone and together, and what was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reviewers", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=2, help="How often the server is killed meanwhile.")
    parser.add_argument("--alone", type=float, default=1.0, help="Minutes of one reviewer alone before.")
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
        server = Server(path, database)
        one = Reviewer(server.url, "r0", 0, (0.2, 0.4))
        people = [Reviewer(server.url, f"r{n}", n, (0.5, 1.5)) for n in range(1, args.reviewers + 1)]
        try:
            if Path(args.chromium).exists():
                print(f"page of a note of 3,000 words: usable after {long_page(server.url, args.chromium):.3f} s (middle of 5)")
            one.work(time.monotonic() + 60 * args.alone)
            times = together(server, people, args.minutes, args.kills)
        finally:
            server.stop()
        table(one.times, times)
        gone, faults = lost(path, database, [one, *people]), [f for p in (one, *people) for f in p.faults]
        notes, again = sum(len(p.acknowledged) for p in people), sum(p.again for p in people)
        print(
            f"{len(people)} reviewers for {args.minutes:g} minutes, {args.kills} kills of the server: {notes} notes, {sum(map(len, times.values()))} steps, "
            f"{again} sent again; {len(gone)} lost updates, {len(faults)} errors {sorted(set(faults))[:5]}"
        )
    return int(bool(gone or faults))


if __name__ == "__main__":
    raise SystemExit(main())
