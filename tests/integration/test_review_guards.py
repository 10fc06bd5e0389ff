"""What a review app must hold against: peeking, guessing of passwords, values of the wrong kind, two at once, a restart."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi")

from fastapi.testclient import TestClient
from reviewing import csrf_of, decide, draw, judged, quick_passwords

from therex.errors import InputError
from therex.qa.decisions import tool_spans
from therex.qa.samples import read_sample
from therex.web.access import Access
from therex.web.app import create_app
from therex.web.opened import open_store
from therex.web.store import Refused, User
from therex.web.tries import ADDRESS, NAME, SERVER, Tries, network

ROLES = {"Ana": "reviewer", "Bo": "reviewer", "Cy": "adjudicator", "Dee": "administrator"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("guards") / "sample.json")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    quick_passwords(monkeypatch)


@pytest.fixture
def store(drawn, tmp_path):
    found = open_store(drawn, read_sample(drawn), str(tmp_path / "r.db"))
    yield found
    found.database.close()


@pytest.fixture
def access(store):
    found = Access(store.database, users=True)
    for name, role in ROLES.items():
        found.add(name, f"{name} long enough", role)
    return found


@pytest.fixture
def people(access):
    return {p.name: User(p.id, p.name, p.role) for p in access.people()}


@pytest.fixture
def make(store, access):
    app = create_app(store, access)
    return lambda: TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def enter(client, name, password=None):
    return client.post("/login", data={"name": name, "password": password or f"{name} long enough"})


def guard(page):
    return {"X-CSRF-Token": csrf_of(page), "Accept": "application/json"}


def at_once(*calls):
    """What each call came to, all of them begun together: its answer, or what it raised."""
    gate = threading.Barrier(len(calls))

    def begin(call):
        gate.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


# what was decided blind ---------------------------------------------------------------------------------------------------


def test_a_note_that_was_decided_once_is_not_given_back(store, people):
    ana = people["Ana"]
    store.take(ana, 0)
    row = decide(store, ana, 0, verdict="supported")
    store.reopen(ana, 0, row["version"])
    for who, other in ((ana, None), (people["Dee"], ana.id)):
        with pytest.raises(Refused, match="already decided once"):
            store.release(who, 0, other)
    store.take(ana, 0)
    decide(store, ana, 0, verdict="not_supported")
    held = store.mine(ana, 0)
    assert (held["first"]["verdict"], held["told"]["verdict"]) == ("supported", "not_supported")


def test_the_page_of_a_note_that_was_opened_again_has_no_way_to_give_it_back(make, store):
    client = make()
    number = client.post("/next", data={"csrf": csrf_of(enter(client, "Ana"))}).url.path.rsplit("/", 1)[1]
    user, place = next(User(r["user"], r["name"], "reviewer") for r in store.reviews()), int(number) - 1
    assert "Return to queue" in client.get(f"/notes/{number}").text
    row = decide(store, user, place)
    store.reopen(user, place, row["version"])
    page = client.get(f"/notes/{number}")
    assert "Return to queue" not in page.text
    answer = client.post(f"/notes/{number}/do/release", data={"csrf": csrf_of(page)})
    assert answer.status_code == 409 and "that judgment is kept" in answer.text


def test_an_administrator_closes_what_was_opened_again_and_left_as_it_was_first_decided(make, store, people):
    ana = people["Ana"]
    store.take(ana, 0)
    row = decide(store, ana, 0, verdict="supported")
    row = store.reopen(ana, 0, row["version"])
    store.save(ana, 0, row["version"], {"verdict": "not_supported"})
    bo, dee = make(), make()
    form = {"csrf": csrf_of(enter(bo, "Bo")), "user": ana.id}
    assert bo.post("/notes/1/do/close", data=form).status_code == 403
    enter(dee, "Dee")
    page = dee.get("/notes/1")
    assert "Restore the first decision of Ana" in page.text and "Return to queue for" not in page.text
    dee.post("/notes/1/do/close", data={**form, "csrf": csrf_of(page)})
    held = store.mine(ana, 0)
    assert held["decided"] and held["told"]["verdict"] == held["first"]["verdict"] == "supported"


def test_whoever_saw_the_tools_opinion_of_a_note_does_not_settle_it(make, store, people):
    for who in ("Ana", "Bo"):
        store.take(people[who], 0)
        decide(store, people[who], 0)
    cy = make()
    enter(cy, "Cy")
    assert cy.get("/notes/1/state").json()["tool"] is not None
    row = store.mine(people["Bo"], 0)
    row = store.reopen(people["Bo"], 0, row["version"])
    opposite = "supported" if row["told"]["verdict"] != "supported" else "not_supported"
    row = store.save(people["Bo"], 0, row["version"], {"verdict": opposite})
    store.decide(people["Bo"], 0, row["version"])
    assert store.decisions()[0].state == "disagreed"
    with pytest.raises(Refused, match="seen the tool's opinion"):
        store.adjudicate(people["Cy"], 0)
    store.adjudicate(people["Dee"], 0)


def test_who_settles_a_note_does_not_see_the_tools_marks_before_the_decision(store, people):
    for who, verdict in (("Ana", "supported"), ("Bo", "not_supported")):
        store.take(people[who], 0)
        decide(store, people[who], 0, verdict=verdict)
    assert store.mine(people["Ana"], 0)["told"]["spans"] == tool_spans(store.items[0]["record"]) != []
    store.adjudicate(people["Cy"], 0)
    assert store.mine(people["Cy"], 0)["told"]["spans"] == []


def test_a_note_is_settled_while_one_of_its_reviews_is_open_again(make, store, people):
    for who, verdict in (("Ana", "supported"), ("Bo", "not_supported")):
        store.take(people[who], 0)
        row = decide(store, people[who], 0, verdict=verdict)
    store.adjudicate(people["Cy"], 0)
    store.reopen(people["Bo"], 0, row["version"])
    cy = make()
    enter(cy, "Cy")
    state = cy.get("/notes/1/state").json()
    assert [t["told"]["verdict"] for t in state["two"]] == ["supported", "not_supported"] and "verdict" in state["differ"]
    assert cy.get("/notes/1").status_code == 200


def test_marks_that_a_reviewer_removed_do_not_come_back(store, people):
    ana = people["Ana"]
    store.take(ana, 0)
    row = decide(store, ana, 0)
    row = store.save(ana, 0, row["version"], {"spans": [], "spans_checked": True})
    row = store.reopen(ana, 0, row["version"])
    assert store.decide(ana, 0, row["version"])["told"]["spans"] == []


# two at once --------------------------------------------------------------------------------------------------------------


def test_of_changes_at_once_on_one_version_one_is_kept_and_the_others_are_told(store, people):
    ana = people["Ana"]
    store.take(ana, 0)
    came = at_once(*(lambda n=n: store.save(ana, 0, 1, {"comment": f"change {n}"}) for n in range(8)))
    kept = [c for c in came if isinstance(c, dict)]
    assert len(kept) == 1 and all(c.status == 412 for c in came if not isinstance(c, dict))
    assert store.mine(ana, 0)["told"] == kept[0]["told"]


def test_of_a_decision_and_a_return_at_once_one_is_done(store, people):
    ana = people["Ana"]
    for place in range(4):
        store.take(ana, place)
        row = store.save(ana, place, 1, judged(store.items[place]))
        decided, given = at_once(lambda p=place, v=row["version"]: store.decide(ana, p, v), lambda p=place: store.release(ana, p))
        held = store.mine(ana, place)
        assert (held is None) == (given is None) == isinstance(decided, Refused)
        assert held is None or held["first"]["verdict"] == row["told"]["verdict"]


def test_a_version_that_is_not_there_yet_is_refused(store, people):
    ana = people["Ana"]
    store.take(ana, 0)
    for step in (store.undo, store.decide, store.reopen):
        with pytest.raises(Refused, match="another window"):
            step(ana, 0, 7)
    with pytest.raises(Refused, match="another window"):
        store.save(ana, 0, 2, {"flag": True})


def test_a_reviewer_who_takes_a_note_in_two_windows_at_once_has_it_once(store, people):
    ana = people["Ana"]
    assert at_once(*[lambda: store.take(ana, 0)] * 6) == [None] * 6
    assert [r["name"] for r in store.reviews(item=0)] == ["Ana"]


def test_reviewers_who_ask_for_the_next_note_at_once_share_none_that_is_full(store, people):
    came = at_once(*(lambda u=u: store.next(u) for u in people.values() for _ in range(3)))
    assert not [c for c in came if isinstance(c, Exception)]
    rows = store.reviews()
    assert len({(r["place"], r["slot"]) for r in rows}) == len(rows) == len(people)


# passwords ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def verified(monkeypatch):
    """The passwords that were looked at; looking takes a while, and "right" is right."""
    seen = []

    def look(self, hashed, password):
        seen.append(password)
        time.sleep(0.002)
        return password == "right"

    monkeypatch.setattr(Access, "_verified", look)
    return seen


def test_of_sixty_wrong_passwords_at_once_no_more_are_looked_at_than_the_limit(access, verified):
    came = at_once(*[lambda: access.login("Ana", "wrong", "10.0.0.1")] * 60)
    assert len(verified) == NAME and sorted(c.status for c in came) == [403] * NAME + [429] * (60 - NAME)


def test_wrong_passwords_of_one_address_for_many_names_reach_a_limit(access, verified):
    came = at_once(*(lambda n=n: access.login(f"name {n}", "wrong", "10.0.0.1") for n in range(60)))
    assert len(verified) == ADDRESS and sum(c.status == 429 for c in came) == 60 - ADDRESS
    assert access.login("Ana", "right", "10.0.0.2")


def test_wrong_passwords_from_everywhere_reach_the_limit_of_the_server(access, verified):
    for n in range(SERVER + 20):
        with pytest.raises(Refused):
            access.login(f"name {n}", "wrong", f"10.0.{n}.1")
    assert len(verified) == SERVER


def test_right_passwords_at_once_are_all_let_in(access, verified):
    assert all(not isinstance(c, Exception) for c in at_once(*[lambda: access.login("Ana", "right", "10.0.0.1")] * 40))


@pytest.mark.parametrize("address", ["10.0.0.1", "10.0.9.9"])
def test_the_right_password_from_the_usual_browser_is_let_in_whatever_others_tried(access, verified, address):
    entry = access.login("Ana", "right", address)
    for n in range(SERVER * 2):
        with pytest.raises(Refused):
            access.login("Ana" if n < 20 else f"name {n}", "wrong", "10.0.0.1" if n < 60 else f"10.1.{n}.1")
    with pytest.raises(Refused) as refused:
        access.login("Ana", "right", "10.0.5.5")
    assert refused.value.status == 429
    assert access.login("Ana", "right", address, {entry.browser: entry.mark}).mark == entry.mark


def test_the_usual_browser_of_one_user_guesses_no_password_of_its_own_or_of_another(access, verified):
    entry = access.login("Ana", "right", "10.0.0.1")
    cookies = {entry.browser: entry.mark}
    for who in ("Ana", "Bo"):
        verified.clear()
        for _ in range(NAME * 3):
            with pytest.raises(Refused):
                access.login(who, "wrong", "10.0.0.1", cookies)
        assert len(verified) == NAME
    forged = {entry.browser: f"made.{'0' * 64}"}
    verified.clear()
    for _ in range(NAME * 3):
        with pytest.raises(Refused):
            access.login("Ana", "wrong", "10.0.0.7", forged)
    assert len(verified) == NAME


def test_a_browser_stays_the_usual_one_over_a_restart_and_not_over_a_new_password(make, store, access, people):
    client = make()
    enter(client, "Ana")
    (mark,) = [c for c in client.cookies.jar if c.name.startswith("therex_browser")]
    again = Access(store.database, users=True)
    assert again.login("Ana", "Ana long enough", "", {mark.name: mark.value}).mark == mark.value
    again.change(people["Ana"].id, people["Dee"], password="another one, long")
    entry = again.login("Ana", "another one, long", "", {mark.name: mark.value})
    assert (entry.browser, entry.mark) != (mark.name, mark.value)
    assert mark.path == "/login" and mark.has_nonstandard_attr("HttpOnly") and not any(n in mark.value for n in ("Ana", "Ana long enough"))


def test_too_many_tries_say_how_long_to_wait(make):
    client = make()
    for _ in range(NAME):
        assert enter(client, "Bo", "a wrong password").status_code == 403
    answer = enter(client, "Bo")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


def test_wrong_passwords_are_forgotten_after_a_while(monkeypatch):
    from therex.web import tries

    now = [1000.0]
    monkeypatch.setattr(tries.time, "monotonic", lambda: now[0])
    found = Tries()
    assert [found.right({"x": 2}, lambda: False) for _ in range(3)] == [False, False, None]
    now[0] += tries.WAIT
    assert found.right({"x": 2}, lambda: True) is True


def test_an_ipv6_network_counts_as_one_address():
    assert network("2001:db8::1") == network("2001:db8::ffff%eth0") != network("2001:db8:0:1::1")
    assert network("::ffff:10.0.0.1") == network("10.0.0.1") and network("testclient") == "testclient"


def test_a_password_that_is_changed_while_it_is_verified_lets_no_one_in(access, people, monkeypatch):
    verify = Access._verified

    def slow(self, hashed, password):
        right = verify(self, hashed, password)
        self.change(people["Ana"].id, people["Dee"], password="another one, long")
        return right

    monkeypatch.setattr(Access, "_verified", slow)
    with pytest.raises(Refused, match="wrong"):
        access.login("Ana", "Ana long enough")


def test_a_name_is_known_however_it_is_typed(access):
    access.add("Änne  Öz", "Änne long enough", "reviewer")
    assert access.login(" änne öz", "Änne long enough").secret
    with pytest.raises(InputError, match="another user has this name"):
        access.add("ÄNNE ÖZ", "another one, long", "reviewer")


def test_a_name_with_control_characters_is_refused(access):
    for name in ("Ana\x1b[31m", "A\x00na", "A\u202ena"):
        with pytest.raises(InputError, match="control character"):
            access.add(name, "long enough to serve", "reviewer")


def test_one_name_added_in_two_windows_at_once_is_added_once(access):
    came = at_once(*[lambda: access.add("Eve", "long enough to serve", "reviewer")] * 3)
    assert sum(c is None for c in came) == 1 and all(isinstance(c, InputError) for c in came if c is not None)


# a restart ----------------------------------------------------------------------------------------------------------------


def test_after_a_restart_a_page_that_was_open_goes_on(make, drawn, store):
    client = make()
    page = enter(client, "Ana")
    number = client.post("/next", data={"csrf": csrf_of(page)}).url.path.rsplit("/", 1)[1]
    second = open_store(drawn, read_sample(drawn), str(store.database.engine.url.database))
    after = TestClient(create_app(second, Access(second.database, users=True)), base_url="http://127.0.0.1")
    after.cookies = client.cookies
    answer = after.post(f"/notes/{number}/save", json={"version": 1, "change": {"flag": True}}, headers=guard(page))
    second.database.close()
    assert answer.status_code == 200 and answer.json()["version"] == 2


def test_two_servers_of_one_machine_do_not_sign_each_other_out(make, tmp_path):
    path = draw(tmp_path / "other.json", 3)
    other = open_store(path, read_sample(path), str(tmp_path / "other.db"))
    there = Access(other.database, users=True)
    there.add("Ana", "Ana long enough", "reviewer")
    here, away = make(), TestClient(create_app(other, there), base_url="http://127.0.0.1")
    enter(here, "Ana")
    away.cookies = here.cookies  # a browser keeps the cookies of a machine, whatever the port
    enter(away, "Ana")
    here.cookies = away.cookies
    answers = [c.get("/", follow_redirects=False).status_code for c in (here, away)]
    other.database.close()
    assert answers == [200, 200]


# values of the wrong kind -------------------------------------------------------------------------------------------------

CHANGES = (
    '{"elements": {"goal": [1]}}', '{"elements": {"goal": {}}}', '{"elements": {"goal": NaN}}', '{"elements": {"goal": null}}', '{"elements": [{}]}',
    '{"elements": {"\\ud800": "weak"}}', '{"contradictions": [{}]}', '{"contradictions": [[1]]}', '{"contradictions": {"a": 1}}', '{"contradictions": [NaN]}',
    '{"comment": "\\ud800"}', '{"comment": "a\\u0000b"}', '{"comment": "\\u001b[31m"}', '{"comment": NaN}', '{"comment": []}', '{"verdict": [1]}', '{"verdict": {}}',
    '{"verdict": NaN}', '{"verdict": "\\udfff"}', '{"confidence": null}', '{"billed_units": NaN}', '{"billed_units": 1e400}', '{"billed_units": 1.5}', '{"supported_units": true}',
    '{"billed_units": 100000000000000000000000}', '{"spans": [{}]}', '{"spans": [1]}', '{"spans": "x"}', '{"flag": 1}', '{"unusable": "no"}', '{"\\ud800": 1}', '{"told": {}}',
    '{"spans": [{"start": 0, "end": 1, "label": [], "attribute": null}]}', '{"spans": [{"start": 0, "end": 1, "label": "GOAL", "attribute": []}]}',
    '{"spans": [{"start": 0, "end": 1, "label": "GOAL", "attribute": 0}]}', '{"spans": [{"start": NaN, "end": 1, "label": "GOAL", "attribute": null}]}',
    '{"spans": [{"start": 0, "end": 100000000000000000000000, "label": "GOAL", "attribute": null}]}',
    '{"spans": [{"start": 0, "end": 1, "label": "DURATION", "attribute": "\\ud800"}]}', '{"note_type": {}}', '{"discipline": ["PT"]}',
)  # fmt: skip
BODIES = (
    "", "{", "null", "[]", "[{}]", "1", '"x"', "NaN", '{"version": NaN}', '{"version": "\\ud800"}', '{"version": [1], "change": {}}', '{"version": 1, "change": [{}]}',
    '{"version": 1, "change": null}', '{"version": 1, "change": "x"}', '{"version": true, "change": {}}', '{"version": 100000000000000000000000, "change": {}}',
    '{"version": -1, "change": {}}', '{"version": 1e400, "change": {}}', '{"version": ' + "9" * 5000 + ', "change": {}}', "[" * 50_000, '{"version": 1, "change": ' + '{"a":' * 5_000,
    '{"version": 1, "change": {"\\ud800": "\\ud800"}}',
)  # fmt: skip


@pytest.fixture
def taken(make):
    """The client of a reviewer who took note 1, and what its page was given."""
    client = make()
    page = enter(client, "Dee")
    client.post("/notes/1/do/take", data={"csrf": csrf_of(page)})
    return client, guard(page), csrf_of(page)


def test_a_change_of_the_wrong_kind_is_refused_with_a_reason(taken, store):
    client, headers, _ = taken
    for change in CHANGES:
        body = f'{{"version": 1, "change": {change}}}'
        answer = client.post("/notes/1/save", content=body, headers={**headers, "Content-Type": "application/json"})
        assert answer.status_code == 400 and len(answer.json()["message"]) > 10, (change, answer.status_code, answer.text)
        assert "request" not in answer.json()["message"], (change, "the change itself was not looked at")
    assert store.reviews(item=0)[0]["version"] == 1


def test_a_body_of_the_wrong_kind_is_refused_with_a_reason(taken):
    client, headers, _ = taken
    for step in ("save", "undo", "decide", "reopen"):
        for body in BODIES:
            answer = client.post(f"/notes/1/{step}", content=body, headers={**headers, "Content-Type": "application/json"})
            right = step != "save" and '"version": 1,' in body and "[" not in body[:14] and not body.endswith('{"a":')
            assert (answer.status_code < 500 if right else answer.status_code == 400) and answer.json()["message"], (
                step,
                body[:60],
                answer.text,
            )


def routes(app):
    """Every route of the application, of its parts too."""
    for route in app.routes:
        if hasattr(route, "methods"):
            yield route.path, sorted(route.methods)
        elif (part := getattr(route, "original_router", None)) is not None:
            yield from ((r.path, sorted(r.methods)) for r in part.routes)


HUGE, SURROGATE = str(10**23), "%ED%A0%80"
VALUES = ("0", "-1", HUGE, "9" * 5000, "x", "1.5", "NaN", "%00", SURROGATE, "%F0%9F%98%80", "..", "%2e%2e%2f", "a" * 3000)
FIELDS = ("name", "password", "role", "active", "user", "marks", "csrf")


def test_no_route_fails_whatever_it_is_asked(taken):
    client, headers, csrf = taken
    found = {(path, method) for path, methods in routes(client.app) for method in methods}
    assert {("/notes/{number}/save", "POST"), ("/users/{user}", "POST"), ("/audit", "GET"), ("/next", "POST")} <= found
    found -= {("/logout", "POST")}
    faults = []

    def ask(method, path, **more):
        answer = client.request(method, path, follow_redirects=False, **more)
        if answer.status_code >= 500:
            faults.append((method, path[:60], str(more)[:80], answer.status_code))

    for path, method in sorted(found):
        plain = path.replace("{number}", "1").replace("{user}", "1").replace("{step}", "undo")
        for value in VALUES:
            if "{" in path:
                ask(method, path.replace("{number}", value).replace("{user}", value).replace("{step}", value), headers=headers)
            if method == "GET":
                ask(method, f"{plain}?" + "&".join(f"{key}={value}" for key in ("before", "show", "stratum", "pick", "token", "x")))
            elif path != "/login":
                form = "&".join(f"{key}={csrf if key == 'csrf' else value}" for key in FIELDS)
                ask(method, plain, content=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert faults == []


def test_forms_of_the_wrong_kind_are_refused_with_a_reason(taken):
    client, _, csrf = taken
    part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    odd = "multipart/form-data; boundary=b; charset=unicode_escape"
    for path in (
        "/next",
        "/users",
        "/users/1",
        "/export",
        "/notes/1/do/take",
        "/notes/1/do/release",
        "/notes/1/do/close",
        "/notes/1/do/settle",
    ):
        surrogate = part.format("csrf", "", csrf) + "".join(part.format(k, "", "\\ud800") for k in FIELDS if k != "csrf") + "--b--\r\n"
        file = part.format("csrf", '; filename="f"', csrf) + "--b--\r\n"
        for body, kind in (
            (surrogate, odd), (file, odd), ("--b\r\nnonsense", odd), ("x", "multipart/form-data"), ("x", "application/json"), ("x", "odd/\xff"),
        ):  # fmt: skip
            answer = client.post(path, content=body, headers={"Content-Type": kind.encode("latin-1")}, follow_redirects=False)
            assert answer.status_code < 500 and (answer.status_code == 303 or len(answer.text) > 20), (
                path,
                kind,
                answer.status_code,
                body[:90],
            )


@pytest.mark.parametrize("path", ["/audit?before=x", f"/audit?before={HUGE}", "/?stratum=NaN"])
def test_a_page_of_the_wrong_kind_is_refused_with_a_reason(taken, path):
    client, *_ = taken
    page, told = client.get(path), client.get(path, headers={"Accept": "application/json"})
    name = path.partition("?")[2].partition("=")[0]
    assert page.status_code == told.status_code == 400 and f"{name}: " in told.json()["message"] and f"{name}: " in page.text
    assert HUGE not in page.text + told.text


@pytest.mark.parametrize(
    "path", ["/notes/x", f"/notes/{HUGE}", "/notes/0", "/notes/5", "/static/%00", "/static/..%2fapp.py", "/static/" + "a" * 3000]
)
def test_what_is_not_there_is_not_found(taken, path):
    client, *_ = taken
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("size", ["-1", "²", "x", "9" * 30])
def test_a_size_that_is_none_is_refused(taken, size):
    client, headers, _ = taken
    answer = client.post("/notes/1/undo", content=b"", headers={**headers, "Content-Length": size.encode("latin-1")})
    assert 400 <= answer.status_code < 500


def test_a_user_that_is_not_there_is_told(taken):
    client, _, csrf = taken
    answer = client.post("/users/99", data={"csrf": csrf, "active": "no"})
    assert answer.status_code == 404 and "no such user" in answer.text
