"""One note: its page, and the steps of its review."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from therex.qa.decisions import differences, lacking, line_of, tool_spans
from therex.reports.wording import said
from therex.types import ELEMENTS
from therex.web.app import Id, Version, checked, needs, page, session
from therex.web.pages import just_decided
from therex.web.store import ADJUDICATION, Refused, Store, User
from therex.web.words import ELEMENT_WORDS, LINE_WORDS, because, still

router = APIRouter(prefix="/notes")
Csrf = Annotated[str, Form()]
Guard = Annotated[str, Header(alias="X-CSRF-Token")]


def _place(store: Store, number: int) -> int:
    if not 1 <= number <= len(store.items):
        raise Refused("There is no such note.", 404)
    return number - 1


@router.get("/{number}")
def note_page(request: Request, number: int, decided: int = 0) -> Response:
    """The page of a note."""
    store: Store = request.app.state.store
    place, user = _place(store, number), session(request).user
    state = _state(store, user, place)
    store.seen(user, place, _shows(state))
    rows = store.reviews()
    active = store.active(store.decisions(rows))
    done, mine = store.tally(user, rows, active)
    where = active.index(place) if place in active else -1
    return page(
        request, "note.html", item=store.items[place], number=number, state=state, place=where + 1, total=len(active),
        before=active[where - 1] + 1 if where > 0 else None, after=active[where + 1] + 1 if 0 <= where < len(active) - 1 else None,
        charges=store.items[place]["record"].get("claim", {}).get("charges", []), done=done, mine=mine,
        just=just_decided(store, user, decided),
    )  # fmt: skip


def _state(store: Store, user: User, place: int) -> dict[str, Any]:
    """What the page shows and changes; without the tool's opinion while it is hidden."""
    item, design = store.items[place], store.design
    rows = store.reviews(told=True, item=place)
    own = next((r for r in rows if r["user"] == user.id), None)
    mode = "view" if own is None else "settle" if own["slot"] == ADJUDICATION else "review"
    settled = store.decisions()[place]
    shown = not design["blind"] or (own is not None and own["decided"] is not None) or (own is None and settled.judgement is not None)
    told = own["told"] if own is not None else settled.judgement
    state: dict[str, Any] = {
        "number": place + 1, "mode": mode, "version": own["version"] if own else 0, "decided": bool(own and own["decided"]), "told": told,
        "text": item["text"], "tool": _tool(item) if shown else None, "blind": design["blind"], "calibration": item["pick"] == "calibration",
    }  # fmt: skip
    state["returnable"] = own is not None and own["first"] is None and own["decided"] is None
    if own is None:
        taken = sum(r["slot"] != ADJUDICATION for r in rows)
        # an administrator returns a note that someone took and does not decide, and restores a first decision
        waits = [r for r in rows if r["decided"] is None] if user.may("administrator") else []
        state["waits"] = [{"user": r["user"], "name": r["name"], "first": r["first"] is not None} for r in waits]
        state["free"] = item["pick"] == "calibration" or taken < design["reviewers"]
        state["settles"] = settled.state == "disagreed" and user.may("adjudicator")
    if mode == "settle":
        # where a review was reopened meanwhile, what was decided first
        two = [(r["name"], r["told"] if r["decided"] else r["first"]) for r in rows if r["slot"] != ADJUDICATION and r["first"]][:2]
        state["two"] = [{"name": name, "told": {k: v for k, v in judged.items() if k != "spans"}} for name, judged in two]
        state["differ"] = differences(two[0][1], two[1][1], item, design["as_of"])
    state |= (
        _line(told, item, design["as_of"]) if told is not None else {"line": "", "line_word": "", "because": "", "lacking": [], "still": ""}
    )
    return state


def _shows(state: dict[str, Any]) -> bool:
    """Whether a page shows what the tool says of a note that is to be judged blind."""
    return bool(state["blind"]) and state["tool"] is not None


def _line(told: dict[str, Any], item: dict[str, Any], as_of: str) -> dict[str, Any]:
    """The status of the charge line by a judgment, once it is complete."""
    wanting = lacking(told)
    line, why = line_of(told, item, as_of) if not wanting and not told["unusable"] else ("", [])
    return {
        "line": line,
        "line_word": LINE_WORDS.get(line, ""),
        "because": because(why, told["elements"]),
        "lacking": wanting,
        "still": still(wanting),
    }


def _tool(item: dict[str, Any]) -> dict[str, Any]:
    record = item["record"]
    return {
        "spans": tool_spans(record),
        "elements": {e["id"]: {"found": e["found"], "evidence": e["evidence"], "message": e["message"], "query": e["query"]} for e in record["elements"] if e["id"] in ELEMENTS},
        "contradictions": record["contradictions"], "findings": _findings(record), "verdict": record["necessity"]["verdict"], "score": record["necessity"]["score"],
        "verdict_word": said("verdicts", record["necessity"]["verdict"]), "line_word": said("statuses", record["line"]["status"]),
        "line": record["line"]["status"], "because": because(record["line"]["because"], {e["id"]: e["found"] for e in record["elements"]}),
        "note_type": record["note_type"], "discipline": record["discipline"],
        "reasons": [r["message"] for r in record["necessity"]["reasons"][:6]],
    }  # fmt: skip


def _findings(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings by the payer's rules and by the claim, the most severe first."""
    grave = {"critical": 0, "major": 1, "minor": 2}
    own = [
        {
            "name": ELEMENT_WORDS.get(e["id"], e["id"]),
            "finding": said("findings", e["finding"]),
            **{k: e[k] for k in ("severity", "message", "query", "citation", "evidence")},
        }
        for e in (*record["elements"], *record.get("custom_elements", ()))
        if e["requirement"] == "required" and e["finding"] in ("missing", "weak", "contradicted", "needs_other_document")
    ]
    claim = [
        {
            "name": f"Claim, {f['code']}",
            "finding": "",
            "severity": f["severity"],
            "message": f["message"],
            "query": f["query"],
            "citation": "",
            "evidence": [],
        }
        for f in record.get("claim", {}).get("findings", ())
    ]
    return sorted(own + claim, key=lambda f: grave.get(f["severity"], 3))


def _answer(store: Store, row: dict[str, Any]) -> JSONResponse:
    told = row["told"]
    return JSONResponse(
        {
            "version": row["version"],
            "told": told,
            "decided": row["decided"] is not None,
            **_line(told, store.items[row["place"]], store.design["as_of"]),
        }
    )


@router.get("/{number}/state")
def state_(request: Request, number: int) -> Response:
    """The state of a note, for a page that is out of date."""
    store: Store = request.app.state.store
    found, place = session(request), _place(store, number)
    state = _state(store, found.user, place)
    store.seen(found.user, place, _shows(state))
    return JSONResponse({**state, "csrf": found.csrf, "who": found.user.id})


@router.post("/{number}/save")
def save(
    request: Request, number: int, version: Annotated[Version, Body()], change: Annotated[dict[str, Any], Body()], x_csrf_token: Guard = ""
) -> Response:
    """Save a change."""
    store: Store = request.app.state.store
    user = checked(request, x_csrf_token).user
    return _answer(store, store.save(user, _place(store, number), version, change))


@router.post("/{number}/{step}")
def step_(request: Request, number: int, step: str, version: Annotated[Version, Body(embed=True)], x_csrf_token: Guard = "") -> Response:
    """Undo, decide, or reopen."""
    store: Store = request.app.state.store
    user = checked(request, x_csrf_token).user
    steps = {"undo": store.undo, "decide": store.decide, "reopen": store.reopen}
    if step not in steps:
        raise Refused("There is no such action.", 404)
    return _answer(store, steps[step](user, _place(store, number), version))


@router.post("/{number}/do/take")
def take(request: Request, number: int, csrf: Csrf = "") -> Response:
    """Take a note for review."""
    store: Store = request.app.state.store
    store.take(checked(request, csrf).user, _place(store, number))
    return RedirectResponse(f"/notes/{number}", 303)


@router.post("/{number}/do/release")
def release(request: Request, number: int, csrf: Csrf = "", user: Annotated[Id | None, Form()] = None) -> Response:
    """Return a note to the queue; for another user, an administrator does so."""
    store: Store = request.app.state.store
    found = checked(request, csrf)
    if user is not None and user != found.user.id:
        needs(found, "administrator")
    store.release(found.user, _place(store, number), user)
    return RedirectResponse("/", 303)


@router.post("/{number}/do/close")
def close(request: Request, number: int, user: Annotated[Id, Form()], csrf: Csrf = "") -> Response:
    """Restore the first decision on a note that a reviewer reopened and left."""
    store: Store = request.app.state.store
    found = checked(request, csrf)
    needs(found, "administrator")
    store.close(found.user, _place(store, number), user)
    return RedirectResponse(f"/notes/{number}", 303)


@router.post("/{number}/do/settle")
def settle(request: Request, number: int, csrf: Csrf = "") -> Response:
    """Open a note on which reviewers disagree."""
    store: Store = request.app.state.store
    found = checked(request, csrf)
    needs(found, "adjudicator")
    store.adjudicate(found.user, _place(store, number))
    return RedirectResponse(f"/notes/{number}", 303)
