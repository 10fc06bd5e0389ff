"""Reviews in the database and over HTTP: taking, saving, undoing, deciding, settling; access and its limits."""

import json
import re
import shutil

import pytest
from conftest import ROOT
from reviewing import DESIGN, GOOD, POOR, csrf_of, decide, quick_passwords

pytest.importorskip("fastapi")

from fastapi.testclient import TestClient

from therex.errors import InputError
from therex.qa.appraise import appraise
from therex.qa.drawing import make_sample
from therex.qa.samples import read_sample, to_json
from therex.web.access import Access
from therex.web.app import create_app
from therex.web.engine import Database
from therex.web.opened import open_store
from therex.web.store import Refused, User


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    from datetime import date

    from therex.batch.local import Setup
    from therex.types import Note

    notes = [
        Note(
            f"clinic/n{n}", (GOOD if n % 2 else POOR).format(n), f"pt{n}", date(2026, 7 + n % 2, 3), "Ito" if n % 3 else "Roe", "daily",
            (("clinic", "North" if n % 2 else "South"), ("paid", f"{30 + n}.50")),
        )
        for n in range(60)
    ]  # fmt: skip
    told = make_sample(lambda: notes, Setup("cms", "2026-11-25"), DESIGN, 1, lambda items, total: items)
    path = tmp_path_factory.mktemp("drawn") / "sample.json"
    path.write_text(to_json(told), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    quick_passwords(monkeypatch)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "reviews.db")
    import psycopg

    url = request.getfixturevalue("postgres")
    with psycopg.connect(url, autocommit=True) as c:
        c.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
    return url


@pytest.fixture
def store(drawn, target):
    found = open_store(drawn, read_sample(drawn), target)
    yield found
    found.database.close()


@pytest.fixture
def people(store):
    access = Access(store.database, users=True)
    for name, role in (("Ana", "reviewer"), ("Bo", "reviewer"), ("Cy", "adjudicator"), ("Dee", "administrator")):
        access.add(name, f"{name} long enough", role)
    return {p.name: User(p.id, p.name, p.role) for p in access.people()}


def finish(store, user, **more):
    done = []
    while (place := store.next(user)) is not None:
        decide(store, user, place, **more)
        done.append(place)
    return done


def test_two_reviewers_and_an_adjudicator_end_in_an_appraisal(store, people):
    first = finish(store, people["Ana"])
    assert len(first) == 12 + 1 + 2 and store.items[first[0]]["pick"] == "calibration"
    finish(store, people["Bo"], verdict="not_supported")
    differ = [n for n, d in enumerate(store.decisions()) if d.state == "disagreed"]
    assert differ and all({"line", "verdict"} & set(store.decisions()[n].differ) for n in differ)
    for place in differ:
        store.adjudicate(people["Cy"], place)
        told = store.mine(people["Cy"], place)["told"]
        assert told["verdict"] is None and len(told["elements"]) == 18
        decide(store, people["Cy"], place)
    report = appraise(store.reviewed())
    assert report["review"]["decided"] == report["review"]["wanted"] == 12
    rate, lines = report["line_errors"], report["lines"]
    assert (
        rate["errors"] == lines["hold"] == sum(n["tool_line"] == "hold" for n in report["notes"] if n["counts"]) > 0
        and rate["low"] < rate["estimate"] < rate["high"]
    )
    assert [s["sampled"] for s in store.frame["strata"]] == [6, 6] and {g["name"] for g in report["groups"]["clinic"]} == {"North", "South"}
    assert report["agreement"]["reviewers"]["notes"] == 15 and report["agreement"]["reviewers"]["verdict"]["kappa"] is not None
    # a reviewer decides what the tool leaves to a reader, and agrees with it in the rest
    lines_told = [n["tool_line"] for n in report["notes"]]
    agreed = 1 - lines_told.count("review") / len(lines_told)
    assert (
        report["agreement"]["tool"]["line"]["observed"] == pytest.approx(agreed)
        and agreed > 0
        and report["financial"]["low"] <= report["financial"]["point"]
    )
    assert [c["changes"][0]["words"] for c in report["scorecards"]] and report["apart"]["risk"]["lines"] == 1


def test_a_note_has_no_more_reviewers_than_it_wants(store, people):
    place = next(n for n, i in enumerate(store.items) if i["pick"] == "random")
    store.take(people["Ana"], place)
    store.take(people["Bo"], place)
    store.take(people["Bo"], place)
    with pytest.raises(Refused, match="Another reviewer"):
        store.take(people["Cy"], place)
    store.release(people["Bo"], place)
    store.take(people["Cy"], place)
    assert [r["name"] for r in store.reviews(item=place)] == ["Ana", "Cy"]


def test_what_another_window_changed_is_not_overwritten(store, people):
    user, place = people["Ana"], store.next(people["Ana"])
    store.save(user, place, 1, {"comment": "first"})
    with pytest.raises(Refused, match="another window"):
        store.save(user, place, 1, {"comment": "second"})
    assert store.mine(user, place)["told"]["comment"] == "first"


def test_undo_takes_back_one_change_after_another(store, people):
    user, place = people["Ana"], store.next(people["Ana"])
    v = store.save(user, place, 1, {"elements": {"goal": "weak"}})["version"]
    v = store.save(user, place, v, {"elements": {"goal": "present"}})["version"]
    v = store.save(user, place, v, {"flag": True})["version"]
    for goal in ("present", "weak", None):
        row = store.undo(user, place, v)
        v = row["version"]
        assert (row["told"]["flag"], row["told"]["elements"].get("goal")) == (False, goal)
    with pytest.raises(Refused, match="nothing to undo"):
        store.undo(user, place, v)


def test_a_decision_wants_every_element_and_keeps_what_was_blind(store, people):
    user, place = people["Ana"], store.next(people["Ana"])
    with pytest.raises(Refused, match=r"Still to judge: 18 elements, medical necessity, units"):
        store.decide(user, place, 1)
    row = decide(store, user, place)
    with pytest.raises(Refused, match="is decided"):
        store.save(user, place, row["version"], {"verdict": "not_applicable"})
    row = store.reopen(user, place, row["version"])
    row = store.save(user, place, row["version"], {"verdict": "not_applicable"})
    row = store.decide(user, place, row["version"])
    assert row["told"]["verdict"] == "not_applicable" != row["first"]["verdict"]


def test_a_spare_takes_the_place_of_a_note_that_cannot_be_judged(store, people):
    before = set(store.active(store.decisions()))
    place = next(n for n, i in enumerate(store.items) if i["pick"] == "random")
    for who in ("Ana", "Bo"):
        store.take(people[who], place)
        row = store.save(people[who], place, 1, {"unusable": True, "comment": "a duplicate"})
        store.decide(people[who], place, row["version"])
    new = set(store.active(store.decisions())) - before
    assert len(new) == 1 and store.items[new.pop()]["pick"] == "spare"


def test_what_is_no_judgement_is_refused_whole(store, people):
    user, place = people["Ana"], store.next(people["Ana"])
    for change in (
        {"verdict": "maybe"}, {"elements": {"mood": "present"}}, {"spans": [{"start": 5, "end": 4, "label": "GOAL", "attribute": None}]},
        {"spans": [{"start": 0, "end": 9, "label": "DURATION", "attribute": None}]}, {"billed_units": -1}, {"extra": 1}, {"elements": None}, {"elements": 3}, {"comment": 5},
        {"spans": [{"start": 0, "end": 99_999, "label": "GOAL", "attribute": None}]}, {"flag": "yes"},
    ):  # fmt: skip
        with pytest.raises(InputError):
            store.save(user, place, 1, change)
    assert store.mine(user, place)["version"] == 1


def test_who_reviewed_a_note_does_not_settle_it(store, people):
    place = next(n for n, i in enumerate(store.items) if i["pick"] == "random")
    for who, verdict in (("Cy", "supported"), ("Bo", "not_supported")):
        store.take(people[who], place)
        decide(store, people[who], place, verdict=verdict)
    with pytest.raises(Refused, match="another reviewer must settle it"):
        store.adjudicate(people["Cy"], place)


def test_the_schema_is_what_the_migrations_make(target):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from therex.web.schema import schema

    database = Database(target)
    with database.reading() as c:
        context = MigrationContext.configure(c, opts={"version_table": "review_version", "compare_type": True})
        assert compare_metadata(context, schema) == []
    Database(target).close()
    database.close()


def test_a_database_of_a_newer_version_is_refused(target):
    import sqlalchemy as sa

    database = Database(target)
    with database.writing() as c:
        c.execute(sa.text("UPDATE review_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(InputError, match="newer version"):
        Database(target)


def test_reviewers_at_once_lose_no_update_while_the_server_is_killed(target):
    import subprocess
    import sys

    # the small form of the load campaign
    script = ROOT / "benchmarks" / "review.py"
    few = {"reviewers": 5, "minutes": 0.15, "kills": 1, "alone": 0, "notes": 20, "chromium": "none", "database": target}
    args = [f"--{key}={value}" for key, value in few.items()]
    done = subprocess.run([sys.executable, str(script), *args], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and "0 lost updates, 0 errors" in done.stdout, done.stdout + done.stderr


# over HTTP ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def alone(drawn, tmp_path):
    """A client of a server without users, with the token of its link."""
    store = open_store(drawn, read_sample(drawn), str(tmp_path / "alone.db"))
    access = Access(store.database, users=False)
    client = TestClient(create_app(store, access), base_url="http://127.0.0.1", raise_server_exceptions=False)
    yield client, access.token(), store
    store.database.close()


def test_without_the_link_nothing_is_shown_and_the_link_can_be_used_again_until_the_server_stops(alone):
    client, token, store = alone
    assert client.get("/").status_code == 403 and client.get("/notes/1").status_code == 403
    assert client.get("/?token=wrong").status_code == 403
    for _ in range(2):
        client.cookies.clear()
        page = client.get(f"/?token={token}")
        assert page.status_code == 200 and "Queue" in page.text and "token" not in str(page.url)
    later = TestClient(create_app(store, Access(store.database, users=False)), base_url="http://127.0.0.1")
    stale = later.get(f"/?token={token}")
    assert stale.status_code == 403 and "has expired or is not valid" in stale.text


def test_the_address_that_a_browser_is_started_with_signs_in_once(alone):
    *_, store = alone
    access = Access(store.database, users=False)
    token, once = access.token(), access.once()
    assert access.redeem(once) and access.redeem(once) is None and access.redeem(token) and access.redeem(token)


def test_every_answer_has_the_headers_and_none_is_kept(alone):
    client, token, _ = alone
    client.get(f"/?token={token}")
    for path in ("/", "/notes/1", "/nowhere", "/audit"):
        h = client.get(path).headers
        assert (
            h["cache-control"] == "no-store"
            and "script-src 'self'" in h["content-security-policy"]
            and h["x-content-type-options"] == "nosniff"
        )


def test_a_blind_page_does_not_hold_what_the_tool_says(alone):
    client, token, store = alone
    queue = client.get(f"/?token={token}")
    page = client.post("/next", data={"csrf": csrf_of(queue)})
    state = json.loads(re.search(r'id="state">(.*?)</script>', page.text, re.S)[1])
    assert state["tool"] is None and "score" not in page.text and state["told"]["elements"] == {}
    place = state["number"] - 1
    decide(store, User(1, "reviewer", "administrator"), place)
    state = client.get(f"/notes/{place + 1}/state").json()
    assert state["tool"]["verdict"] and state["decided"]


def test_a_change_wants_what_its_page_was_given(alone):
    client, token, _ = alone
    queue = client.get(f"/?token={token}")
    number = client.post("/next", data={"csrf": csrf_of(queue)}).url.path.rsplit("/", 1)[1]
    body = {"version": 1, "change": {"flag": True}}
    json_ = {"Accept": "application/json"}
    assert client.post(f"/notes/{number}/save", json=body, headers=json_).status_code == 403
    assert client.post("/next", data={"csrf": "forged"}).status_code == 403
    good = {**json_, "X-CSRF-Token": csrf_of(queue)}
    assert client.post(f"/notes/{number}/save", json=body, headers={**good, "Origin": "https://elsewhere.example"}).status_code == 403
    assert client.post(f"/notes/{number}/save", json=body, headers=good).json()["version"] == 2
    assert client.post(f"/notes/{number}/save", json=body, headers=good).status_code == 412
    assert client.get("/", headers={"Host": "rebound.example"}).status_code == 400


def test_faults_are_told_without_what_a_note_says(alone, monkeypatch, capsys):
    client, token, store = alone
    client.get(f"/?token={token}")

    def fail(*_):
        raise ValueError("SECRET-NOTE-TEXT")

    monkeypatch.setattr(store, "seen", fail)
    answer = client.get("/notes/1")
    told = capsys.readouterr()
    assert answer.status_code == 500 and "SECRET" not in answer.text + told.err and "ValueError" in answer.text


@pytest.fixture
def many(drawn, tmp_path):
    store = open_store(drawn, read_sample(drawn), str(tmp_path / "many.db"))
    access = Access(store.database, users=True)
    for name, role in (("Ana", "reviewer"), ("Cy", "adjudicator"), ("Dee", "administrator")):
        access.add(name, f"{name} long enough", role)
    yield lambda: TestClient(create_app(store, access), base_url="http://127.0.0.1"), store, access
    store.database.close()


def enter(client, name):
    return client.post("/login", data={"name": name, "password": f"{name} long enough"})


def test_roles_open_their_pages_and_no_others(many):
    make, *_ = many
    for name, allowed in (
        ("Ana", ["/"]),
        ("Cy", ["/", "/disagreements"]),
        ("Dee", ["/", "/disagreements", "/audit", "/users", "/export", "/audit.csv"]),
    ):
        client = make()
        assert client.get("/", follow_redirects=False).headers["location"] == "/login"
        assert enter(client, name).status_code == 200
        for path in ("/", "/disagreements", "/audit", "/users", "/export", "/audit.csv"):
            assert client.get(path).status_code == (200 if path in allowed else 403), (name, path)


def test_an_administrator_takes_back_what_someone_does_not_decide(many):
    make, store, _ = many
    ana, cy, dee = make(), make(), make()
    queue = enter(ana, "Ana")
    number = ana.post("/next", data={"csrf": csrf_of(queue)}).url.path.rsplit("/", 1)[1]
    user = store.reviews()[0]["user"]
    other = enter(cy, "Cy")
    assert cy.post(f"/notes/{number}/do/release", data={"csrf": csrf_of(other), "user": user}).status_code == 403
    enter(dee, "Dee")
    page = dee.get(f"/notes/{number}")
    assert "Return to queue for Ana" in page.text and "Return to queue" not in cy.get(f"/notes/{number}").text
    dee.post(f"/notes/{number}/do/release", data={"csrf": csrf_of(page), "user": user})
    assert store.reviews() == []


def test_whoever_came_by_a_link_has_no_place_among_users(many):
    make, store, _ = many
    before = Access(store.database, users=False)
    client = TestClient(create_app(store, before), base_url="http://127.0.0.1")
    client.get(f"/?token={before.token()}")
    after = make()
    after.cookies.update(client.cookies)
    assert client.get("/audit").status_code == 200 and after.get("/audit", follow_redirects=False).status_code == 303


def test_how_a_note_was_picked_does_not_show_what_the_tool_says(alone, monkeypatch):
    client, token, store = alone
    whole = client.get(f"/?token={token}").text
    rows = whole.count('<td class="id">')
    assert client.get("/?pick=risk").text.count('<td class="id">') == rows > client.get("/?stratum=0").text.count('<td class="id">')
    monkeypatch.setitem(store.design, "by", ["line"])
    page = client.get("/?stratum=0").text
    assert page.count('<td class="id">') == rows and 'name="stratum"' not in page


def test_wrong_passwords_wait_and_tell_nothing(many):
    make, _, access = many
    client = make()
    answers = [client.post("/login", data={"name": n, "password": "wrong password"}) for n in ("Ana", "nobody")]
    assert {a.status_code for a in answers} == {403} and len({re.search(r'role="alert">([^<]*)', a.text)[1] for a in answers}) == 1
    for _ in range(4):
        client.post("/login", data={"name": "Ana", "password": "wrong password"})
    assert enter(client, "Ana").status_code == 429
    with access.database.reading() as c:
        import sqlalchemy as sa

        stored = [str(r) for r in c.execute(sa.text("SELECT password FROM review_user"))]
    assert all("$argon2id$" in p for p in stored)


def test_an_administrator_closes_access_and_open_sessions_end(many):
    make, *_ = many
    ana, dee = make(), make()
    enter(ana, "Ana")
    page = enter(dee, "Dee")
    page = dee.get("/users")
    number = re.search(r'action="/users/(\d+)"', page.text)[1]
    assert dee.post(f"/users/{number}", data={"csrf": csrf_of(page), "active": "no"}).status_code == 200
    assert ana.get("/", follow_redirects=False).headers["location"] == "/login" and enter(ana, "Ana").status_code == 403
    wrong = dee.post("/users", data={"csrf": csrf_of(page), "name": "Eve", "password": "short", "role": "reviewer"})
    assert wrong.status_code == 422 and "10 to 200 characters are allowed" in wrong.text


def test_an_administrator_changes_a_role_and_it_holds_at_once(many):
    make, _, access = many
    ana, dee = make(), make()
    page = enter(ana, "Ana")
    enter(dee, "Dee")
    page = dee.get("/users")
    ids = {p.name: p.id for p in access.people()}
    assert dee.post(f"/users/{ids['Ana']}", data={"csrf": csrf_of(page), "role": "adjudicator"}).status_code == 200
    assert ana.get("/disagreements").status_code == 200
    for role in ("owner", "\u00e9"):
        wrong = dee.post(f"/users/{ids['Ana']}", data={"csrf": csrf_of(page), "role": role})
        assert wrong.status_code == 422 and "must be one of" in wrong.text


def test_a_user_without_reviews_is_removed_and_one_with_reviews_is_kept(many):
    make, store, access = many
    people = {p.name: User(p.id, p.name, p.role) for p in access.people()}
    store.take(people["Ana"], 0)
    dee = make()
    enter(dee, "Dee")
    page = dee.get("/users")
    form = {"csrf": csrf_of(page)}
    kept = dee.post(f"/users/{people['Ana'].id}/remove", data=form)
    assert kept.status_code == 422 and "has reviews, which are kept" in kept.text and len(store.reviews()) == 1
    cy = make()
    enter(cy, "Cy")
    assert dee.post(f"/users/{people['Cy'].id}/remove", data=form).status_code == 200
    assert [p.name for p in access.people()] == ["Ana", "Dee"] and cy.get("/", follow_redirects=False).status_code == 303
    assert store.trail()[0]["action"] == "user_removed" or "user_removed" in str(store.trail())


def test_administrators_do_not_shut_themselves_out(many):
    make, _, access = many
    dee = make()
    enter(dee, "Dee")
    form = {"csrf": csrf_of(dee.get("/users"))}
    own = next(p.id for p in access.people() if p.name == "Dee")
    for path, more in ((f"/users/{own}", {"role": "reviewer"}), (f"/users/{own}", {"active": "no"}), (f"/users/{own}/remove", {})):
        answer = dee.post(path, data={**form, **more})
        assert answer.status_code == 422 and "your own" in answer.text
    answer = dee.post("/users/999/remove", data=form)
    assert answer.status_code == 404


def test_a_deactivated_user_keeps_the_reviews(many):
    _, store, access = many
    people = {p.name: User(p.id, p.name, p.role) for p in access.people()}
    place = store.next(people["Ana"])
    decide(store, people["Ana"], place)
    access.change(people["Ana"].id, people["Dee"], active=False)
    assert [r["name"] for r in store.reviews(item=place)] == ["Ana"]
    ana = next(p for p in access.people() if p.name == "Ana")
    assert (ana.active, ana.decided, ana.begun) == (False, 1, 0)


def test_after_a_decision_the_next_note_opens_and_tells_of_the_last(alone):
    client, token, store = alone
    csrf = csrf_of(client.get(f"/?token={token}"))
    first = int(client.post("/next", data={"csrf": csrf}).url.path.rsplit("/", 1)[1])
    user = User(store.reviews()[0]["user"], "reviewer", "administrator")
    decide(store, user, first - 1)
    page = client.post("/next", data={"csrf": csrf, "decided": first})
    assert f"Note {first} decided" in page.text and page.url.path != f"/notes/{first}" and "1 of 15 decided by you" in page.text
    assert "decided:" not in client.get("/notes/2?decided=99999").text


def test_after_a_disagreement_is_settled_the_next_one_opens(store, people):
    places = [n for n, i in enumerate(store.items) if i["pick"] == "random"][:3]
    for place in places:
        for who, verdict in (("Ana", "supported"), ("Bo", "not_supported")):
            store.take(people[who], place)
            decide(store, people[who], place, verdict=verdict)
    client = TestClient(create_app(store, Access(store.database, users=True)), base_url="http://127.0.0.1")
    csrf, seen = csrf_of(enter(client, "Cy")), [places[0]]
    store.adjudicate(people["Cy"], places[0])
    while True:
        decide(store, people["Cy"], seen[-1])
        page = client.post("/next", data={"csrf": csrf, "decided": seen[-1] + 1})
        if page.url.path == "/disagreements":
            break
        assert f"Note {seen[-1] + 1} decided" in page.text
        seen.append(int(page.url.path.rsplit("/", 1)[1]) - 1)
    assert sorted(seen) == places


def test_a_note_that_cannot_be_judged_is_not_among_those_to_settle(store, people):
    client = TestClient(create_app(store, access := Access(store.database, users=True)), base_url="http://127.0.0.1")
    place = next(n for n, i in enumerate(store.items) if i["pick"] == "random")
    for who in ("Ana", "Bo"):
        store.take(people[who], place)
        row = store.save(people[who], place, 1, {"unusable": True, "comment": "a duplicate"})
        store.decide(people[who], place, row["version"])
    page = enter(client, "Ana")
    assert access.users and "<b>0 of 12</b>" in page.text and "1 note could not be judged" in page.text


def test_the_export_leaves_out_and_counts_notes_whose_elements_were_not_judged(many):
    from therex.qa.export import complete, left_out

    _, store, access = many
    people = {p.name: User(p.id, p.name, p.role) for p in access.people()}
    place = next(n for n, i in enumerate(store.items) if i["pick"] == "random")
    for who in ("Ana", "Cy"):
        store.take(people[who], place)
        row = store.save(people[who], place, 1, {"verdict": "not_applicable"})
        store.decide(people[who], place, row["version"])
    decisions = store.decisions()
    assert decisions[place].state == "decided" and not complete(decisions[place]) and left_out(decisions) == 1


def test_the_page_opens_in_the_browser_where_there_is_one(monkeypatch):
    import threading

    from therex.web import serve

    opened, done = [], threading.Event()
    monkeypatch.setattr("webbrowser.open", lambda url: (opened.append(url), done.set()))
    for key in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setattr(serve.sys, "platform", "linux")
    serve._open("http://127.0.0.1:1/")
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    serve._open("http://127.0.0.1:1/")
    assert done.wait(20) and opened == ["http://127.0.0.1:1/"]


@pytest.mark.parametrize(("asked", "terminal", "opens"), [(True, True, True), (False, True, False), (True, False, False)])
def test_a_browser_is_started_from_a_terminal_unless_told_not_to(drawn, tmp_path, monkeypatch, asked, terminal, opens):
    from therex.cli.review import review

    seen = []
    monkeypatch.setattr("therex.web.serve.serve", lambda store, access, place, browser: seen.append(browser))
    monkeypatch.setattr("therex.cli.review._on_terminal", lambda: terminal)
    assert review(drawn, database=str(tmp_path / "r.db"), browser=asked) == 0 and seen == [opens]


def test_the_trail_tells_who_saw_and_changed_what_and_nothing_that_a_note_says(many):
    make, store, _ = many
    client = make()
    queue = enter(client, "Ana")
    page = client.post("/next", data={"csrf": csrf_of(queue)})
    number = int(page.url.path.rsplit("/", 1)[1])
    headers = {"X-CSRF-Token": csrf_of(queue), "Accept": "application/json"}
    client.post(
        f"/notes/{number}/save", json={"version": 1, "change": {"comment": "SECRET", "elements": {"goal": "weak"}}}, headers=headers
    )
    lines = [(x["who"], x["action"], x["place"], x["detail"]) for x in store.trail()]
    assert client.get(f"/notes/{number}/state").status_code == 200 and store.trail()[0]["action"] == "view"
    assert lines[:3] == [("Ana", "save", number - 1, "comment, goal"), ("Ana", "view", number - 1, ""), ("Ana", "take", number - 1, "")]
    assert "SECRET" not in str(lines)


def test_the_export_of_the_page_is_notes_that_training_reads(many):
    import io
    import zipfile

    from therex.corpus.marked import parse

    make, store, access = many
    finish(store, next(User(p.id, p.name, p.role) for p in access.people() if p.name == "Ana"))
    finish(store, next(User(p.id, p.name, p.role) for p in access.people() if p.name == "Cy"))
    client = make()
    enter(client, "Dee")
    answer = client.post("/export", data={"csrf": csrf_of(client.get("/export"))})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        notes = [parse(archive.read(n).decode("utf-8")) for n in archive.namelist()]
    texts = {i["text"] for i in store.items}
    assert len(notes) == 13 and all(n.text in texts and n.spans and n.meta["marks"] == "not checked" for n in notes)
    assert all("clinic" not in n.id and len(n.meta["elements"]) == 18 for n in notes)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("review", "nothing.json"), "the sample file cannot be read"),
        (("review", "{sample}", "--host", "0.0.0.0"), "--users, --certificate, and --key"),
        (("review", "{sample}", "--users"), "there is no administrator yet"),
        (("review", "{sample}", "--administrator", "Dee"), "--administrator requires --users"),
        (("review", "{sample}", "--certificate", "x.pem"), "must be given together"),
        (("review", "{sample}", "--database", "no/such/folder.db"), "the folder does not exist"),
        (("review", "{sample}", "--export", "out"), "there is no review yet"),
        (("appraise", "{sample}"), "there is no review yet"),
        (("appraise", "{sample}", "--format", "xlsx"), "requires --output FILE"),
        (("appraise", "{sample}", "--before", "nothing.json"), "--before"),
        (("appraise", "{sample}", "--confidence", "2"), "--confidence"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, drawn, tmp_path, args, why):
    shutil.copy(drawn, tmp_path)
    code, told, err = run(*(a.format(sample=drawn.name) for a in args))
    assert (code, told) == (2, "") and why in err and err.count("\n") == 1


def test_an_appraisal_before_anything_is_settled_is_one_line(run, drawn, tmp_path):
    open_store(drawn, read_sample(drawn), str(tmp_path / "r.db")).database.close()
    code, _, err = run("appraise", str(drawn), "--database", str(tmp_path / "r.db"))
    assert code == 2 and "no note is settled yet" in err


def test_a_file_that_is_no_database_is_refused(run, drawn, tmp_path):
    (tmp_path / "r.db").write_text("something else", encoding="utf-8")
    code, _, err = run("appraise", str(drawn), "--database", str(tmp_path / "r.db"))
    assert code == 2 and "is not a review database" in err and err.count("\n") == 1
