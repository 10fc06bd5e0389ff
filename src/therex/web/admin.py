"""For the administrator: users, the audit trail, and the export of reviewed notes."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from therex.errors import InputError
from therex.web.access import Access
from therex.web.app import Id, checked, needs, page, session
from therex.web.schema import ROLES
from therex.web.store import Store

router = APIRouter()
Text = Annotated[str, Form()]


@router.get("/users")
def users(request: Request) -> Response:
    """Everyone, and a form to add a user."""
    needs(session(request), "administrator")
    return _users(request)


def _users(request: Request, error: InputError | None = None) -> Response:
    wrong = str(error)[:1].upper() + str(error)[1:] + "." if error else ""
    return page(request, "users.html", status=422 if error else 200, people=request.app.state.access.people(), roles=ROLES, wrong=wrong)


@router.post("/users")
def add_user(request: Request, csrf: Text = "", name: Text = "", password: Text = "", role: Text = "reviewer") -> Response:
    """Add a user."""
    found = checked(request, csrf)
    needs(found, "administrator")
    access: Access = request.app.state.access
    try:
        access.add(name, password, role, found.user.name)
    except InputError as error:
        return _users(request, error)
    return RedirectResponse("/users", 303)


@router.post("/users/{user}")
def change_user(request: Request, user: Id, csrf: Text = "", password: Text = "", role: Text = "", active: Text = "") -> Response:
    """A new password or role for a user, or an end to the user's access."""
    found = checked(request, csrf)
    needs(found, "administrator")
    access: Access = request.app.state.access
    try:
        access.change(user, found.user, password=password, role=role, active={"yes": True, "no": False}.get(active))
    except InputError as error:
        return _users(request, error)
    return RedirectResponse("/users", 303)


@router.post("/users/{user}/remove")
def remove_user(request: Request, user: Id, csrf: Text = "") -> Response:
    """Remove a user who has reviewed nothing."""
    found = checked(request, csrf)
    needs(found, "administrator")
    access: Access = request.app.state.access
    try:
        access.remove(user, found.user)
    except InputError as error:
        return _users(request, error)
    return RedirectResponse("/users", 303)


@router.get("/audit")
def audit(request: Request, before: Id | None = None) -> Response:
    """The audit trail, a page at a time."""
    needs(session(request), "administrator")
    lines = request.app.state.store.trail(before)
    return page(request, "audit.html", lines=lines, last=lines[-1]["id"] if len(lines) == 200 else None)


@router.get("/audit.csv")
def audit_csv(request: Request) -> Response:
    """The whole audit trail as a table."""
    needs(session(request), "administrator")
    store: Store = request.app.state.store
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["at", "who", "action", "note", "parts"])
    for line in reversed(store.trail(most=1_000_000)):
        who = f"'{line['who']}" if line["who"][:1] in ("=", "+", "-", "@") else line["who"]
        writer.writerow([line["at"], who, line["action"], "" if line["place"] is None else line["place"] + 1, line["detail"]])
    return Response(out.getvalue(), media_type="text/csv", headers={"Content-Disposition": 'attachment; filename="audit.csv"'})


@router.get("/export")
def export_page(request: Request) -> Response:
    """What can be exported."""
    from therex.qa.export import complete, left_out

    needs(session(request), "administrator")
    store: Store = request.app.state.store
    decisions = store.decisions()
    ready = [d for d in decisions if complete(d)]
    marks = sum(bool(d.judgement and d.judgement["spans_checked"]) for d in ready)
    return page(request, "export.html", ready=len(ready), marks=marks, left_out=left_out(decisions))


@router.post("/export")
def export(request: Request, csrf: Text = "", marks: Text = "") -> Response:
    """The decided notes as marked notes, in one archive."""
    import zipfile

    from therex.corpus.marked import render
    from therex.qa.export import to_corpus

    found = checked(request, csrf)
    needs(found, "administrator")
    store: Store = request.app.state.store
    notes = to_corpus(store.id, [(n, store.items[n], d) for n, d in enumerate(store.decisions())], marks=bool(marks))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for note in notes:
            archive.writestr(f"reviewed/{note.id}.note", render(note))
    with store.database.writing() as c:
        store.audit(c, found.user.name, "export", detail=f"{len(notes)} notes")
    return Response(
        held.getvalue(), media_type="application/zip", headers={"Content-Disposition": 'attachment; filename="reviewed-notes.zip"'}
    )
