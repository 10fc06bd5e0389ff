"""The queue, disagreements, calibration, signing in and out."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from therex.qa.decisions import differences, line_of
from therex.types import ELEMENTS
from therex.web.access import REMEMBERED, Access
from therex.web.app import checked, entered, keep_cookie, needs, page, session
from therex.web.store import ADJUDICATION, CALIBRATION, Refused, Store, User
from therex.web.tries import WAIT
from therex.web.words import CONTRADICTION_WORDS, LINE_WORDS, PART_WORDS, VERDICT_WORDS, part

router = APIRouter()
SHOW = {"all": "All", "mine": "My notes", "todo": "To do", "decided": "Decided", "differ": "Disagree", "flagged": "Flagged"}
Csrf = Annotated[str, Form()]


@router.get("/")
def queue(request: Request, show: str = "all", stratum: int = -1, pick: str = "", decided: int = 0) -> Response:
    """The notes of the sample, and the state of each for this reviewer."""
    store: Store = request.app.state.store
    user = session(request).user
    show = show if show in SHOW else "all"
    by = set(store.design["by"])
    # what the tool says of a note must not show by how it was drawn
    if store.design["blind"]:
        pick, stratum = "", -1 if by & {"verdict", "line"} else stratum
    rows = store.reviews()
    decisions = store.decisions(rows)
    places = store.active(decisions)
    by_place: dict[int, list[dict[str, Any]]] = {}
    for r in rows:
        by_place.setdefault(r["place"], []).append(r)
    notes = [
        _row(store, place, by_place.get(place, []), decisions[place].state, user.id, session(request).user.may("adjudicator"))
        for place in places
    ]
    shown = [n for n in notes if _fits(n, show, stratum, pick)]
    counted = [p for p in places if store.items[p]["pick"] in ("random", "spare")]
    states = Counter(decisions[p].state for p in counted)
    done, mine = store.tally(session(request).user, rows, places)
    free = any(n["state"] == "free" or n["state"] == "begun" for n in notes)
    return page(
        request, "queue.html", notes=shown, total=len(notes), show=show, shows=SHOW, stratum=stratum, pick=pick,
        picks=sorted({n["pick"] for n in notes}), strata=[] if store.design["blind"] and by & {"verdict", "line"} else [_stratum(s["key"]) for s in store.frame["strata"]], states=states,
        counted=len(counted) - states["unusable"], apart=len(notes) - len(counted), mine=mine, mine_done=done, free=free, people=_people(rows),
        just=just_decided(store, session(request).user, decided),
    )  # fmt: skip


def _row(store: Store, place: int, rows: list[dict[str, Any]], state: str, me: int, settles: bool) -> dict[str, Any]:
    item = store.items[place]
    own = next((r for r in rows if r["user"] == me), None)
    others = [r for r in rows if r["slot"] != ADJUDICATION]
    if own is not None and own["slot"] != ADJUDICATION:
        mine = "decided" if own["decided"] else "begun"
    elif len(others) >= store.design["reviewers"] and item["pick"] != "calibration":
        mine = "taken"
    else:
        mine = "free"
    return {
        "number": place + 1, "id": item["note_id"], "source": item["source"], "pick": item["pick"], "stratum": item["stratum"], "state": mine,
        "settled": state if item["pick"] != "calibration" else "", "mine": own is not None, "flag": any(r["flag"] for r in rows),
        "settles": settles and state == "disagreed" and own is None, "done": sum(r["decided"] is not None for r in others),
    }  # fmt: skip


def _fits(n: dict[str, Any], show: str, stratum: int, pick: str) -> bool:
    if (stratum >= 0 and n["stratum"] != stratum) or (pick and n["pick"] != pick):
        return False
    if show == "todo":
        return n["state"] in ("free", "begun")
    return bool(
        {"mine": n["mine"], "decided": n["state"] == "decided", "differ": n["settled"] == "disagreed", "flagged": n["flag"]}.get(show, True)
    )


def _stratum(key: dict[str, str]) -> str:
    return ", ".join(v or "(none)" for v in key.values()) or "all notes"


def _people(rows: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Each reviewer with the notes taken and decided."""
    taken = Counter(r["name"] for r in rows if r["slot"] != ADJUDICATION)
    done = Counter(r["name"] for r in rows if r["slot"] != ADJUDICATION and r["decided"])
    return [(name, done[name], n) for name, n in sorted(taken.items())]


def just_decided(store: Store, user: User, number: int) -> dict[str, Any] | None:
    """What is said of a note that the user has just decided, on the page that opens next."""
    row = store.mine(user, number - 1) if 1 <= number <= len(store.items) else None
    if row is None or row["decided"] is None:
        return None
    told, item = row["told"], store.items[number - 1]
    line = "Cannot be judged" if told["unusable"] else LINE_WORDS[line_of(told, item, store.design["as_of"])[0]]
    return {"number": number, "line": line}


@router.post("/next")
def next_note(request: Request, csrf: Csrf = "", decided: Annotated[int, Form()] = 0) -> Response:
    """Redirect to the next note; after a disagreement was settled, to the next disagreement."""
    store: Store = request.app.state.store
    user = checked(request, csrf).user
    just = store.mine(user, decided - 1) if 1 <= decided <= len(store.items) else None
    settled = just is not None and just["slot"] == ADJUDICATION and user.may("adjudicator")
    place = store.next_disagreed(user) if settled else store.next(user)
    told = f"?decided={decided}" if just is not None and just["decided"] is not None else ""
    if place is None:
        return RedirectResponse("/disagreements" if settled else f"/{told}", 303)
    return RedirectResponse(f"/notes/{place + 1}{told}", 303)


@router.get("/disagreements")
def disagreements(request: Request) -> Response:
    """The notes on which two reviewers disagree."""
    store: Store = request.app.state.store
    user = session(request).user
    needs(session(request), "adjudicator")
    rows = store.reviews()
    decisions = store.decisions(rows)
    found = []
    for place, decision in enumerate(decisions):
        who = [r for r in rows if r["place"] == place]
        settled = next((r for r in who if r["slot"] == ADJUDICATION), None)
        if decision.state == "disagreed" or settled is not None:
            found.append(
                {
                    "number": place + 1, "id": store.items[place]["note_id"], "settled": bool(settled and settled["decided"]),
                    "by": settled["name"] if settled else "", "own": any(r["user"] == user.id and r["slot"] != ADJUDICATION for r in who),
                    "who": [r["name"] for r in who if r["slot"] != ADJUDICATION],
                    "differ": [part(d) for d in decision.differ],
                }
            )  # fmt: skip
    return page(request, "disagreements.html", notes=found, double=store.design["reviewers"] == 2)


@router.get("/calibration")
def calibration(request: Request) -> Response:
    """The notes that every reviewer reads, side by side for reviewers who have decided them."""
    store: Store = request.app.state.store
    user = session(request).user
    rounds = []
    for place, item in enumerate(store.items):
        if item["pick"] != "calibration":
            continue
        rows = [r for r in store.reviews(told=True, item=place) if r["slot"] >= CALIBRATION and r["first"]]
        open_ = any(r["user"] == user.id for r in rows)
        firsts = [(r["name"], r["first"]) for r in rows]
        differ: list[tuple[str, list[str]]] = []
        if open_ and len(firsts) > 1:
            parts = {d for _, a in firsts for d in differences(firsts[0][1], a, item, store.design["as_of"])}
            shown = [p for p in (*PART_WORDS, *ELEMENTS) if p in parts and p != "line"]
            differ = [(part(p), [_told(a, p) for _, a in firsts]) for p in shown]
        rounds.append({"number": place + 1, "id": item["note_id"], "open": open_, "names": [n for n, _ in firsts], "differ": differ})
    return page(request, "calibration.html", rounds=rounds)


def _told(told: dict[str, Any], name: str) -> str:
    value = told["elements"].get(name) if name in ELEMENTS else told[name]
    if isinstance(value, list):
        return ", ".join(CONTRADICTION_WORDS[v] for v in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else VERDICT_WORDS.get(value, str(value))


@router.get("/login")
def login_page(request: Request) -> Response:
    """The page to sign in."""
    if not request.app.state.access.users:
        return RedirectResponse("/", 303)
    return page(request, "login.html", wrong="")


@router.post("/login")
def login(request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "") -> Response:
    """Sign in, or show why not."""
    access: Access = request.app.state.access
    if not access.users:
        return RedirectResponse("/", 303)
    try:
        entry = access.login(name, password, request.client.host if request.client else "", request.cookies)
    except Refused as error:
        back = page(request, "login.html", status=error.status, wrong=str(error))
        if error.status == 429:
            back.headers["Retry-After"] = str(int(WAIT))
        return back
    response = entered(request, entry.secret)
    keep_cookie(request, response, entry.browser, entry.mark, path="/login", max_age=REMEMBERED)
    return response


@router.post("/logout")
def logout(request: Request, csrf: Csrf = "") -> Response:
    """Sign out."""
    checked(request, csrf)
    request.app.state.access.logout(request.cookies.get(request.app.state.cookie))
    response = RedirectResponse("/login" if request.app.state.access.users else "/", 303)
    response.delete_cookie(request.app.state.cookie, path="/")
    return response
