"""The web application: every page and every change, behind one guard."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from therex.errors import TherexError
from therex.web.access import COOKIE, Access, Session
from therex.web.store import Refused, Store

HERE = Path(__file__).resolve().parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LARGEST = 2_000_000
# by whether there are users
OVER = {
    True: "Your session has ended. Sign in again in another window; your changes on this page are kept.",
    False: "Your session has ended. Open the link in the terminal again in another window; your changes on this page are kept.",
}
# numbers that a database holds: of a row, and of the version of a judgement
Id = Annotated[int, Field(ge=0, le=2**31 - 1)]
Version = Annotated[int, Field(ge=0, le=2**31 - 2, strict=True)]
Call = Callable[[Request], Awaitable[Response]]


def create_app(
    store: Store, access: Access, *, hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]"), secure: bool = False
) -> FastAPI:
    """The application over one sample.

    Parameters
    ----------
    hosts
        The names that requests may ask for: another is refused, so that no page elsewhere reaches it by a name of its own.
    secure
        Whether it is served by TLS, and cookies go by it alone.
    """
    from therex.web import admin, notes, pages

    app = FastAPI(title="therex review", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store, app.state.access, app.state.secure = store, access, secure
    # a browser sends one machine's cookies to all its ports: each sample has its own
    app.state.cookie = f"{COOKIE}_{store.id[:8]}"
    app.state.templates = _templates()
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    for part in (pages, notes, admin):
        app.include_router(part.router)
    app.middleware("http")(_guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(TherexError, _refused)
    app.add_exception_handler(RequestValidationError, _wrong)
    app.add_exception_handler(HTTPException, _lost)
    app.add_exception_handler(Exception, _failed)
    return app


def _templates() -> Jinja2Templates:
    from therex.types import CONTRADICTIONS, ELEMENTS, LABELS
    from therex.web.words import CONTRADICTION_WORDS, ELEMENT_WORDS, LINE_WORDS, NOTE_TYPES, VERDICT_WORDS, because, definitions

    found = Jinja2Templates(directory=HERE / "templates")
    found.env.trim_blocks = found.env.lstrip_blocks = True
    found.env.globals.update(
        ELEMENTS=ELEMENTS, LABELS=LABELS, CONTRADICTIONS=CONTRADICTIONS, element_words=ELEMENT_WORDS, verdict_words=VERDICT_WORDS,
        contradiction_words=CONTRADICTION_WORDS, line_words=LINE_WORDS, because=because, definitions=definitions(), note_types=NOTE_TYPES,
    )  # fmt: skip
    return found


async def _guard(request: Request, call: Call) -> Response:
    """A session for everything but signing in, and the headers of every answer."""
    response = await _answer(request, call)
    static = request.url.path.startswith("/static/")
    for name, value in HEADERS.items():
        if not (static and name == "Cache-Control"):
            response.headers.setdefault(name, value)
    if static:
        response.headers["Cache-Control"] = "no-cache"
    return response


async def _answer(request: Request, call: Call) -> Response:
    from starlette.concurrency import run_in_threadpool

    access: Access = request.app.state.access
    request.state.session = None
    path = request.url.path
    if path.startswith("/static/") or path == "/favicon.ico":
        return await call(request)
    size = request.headers.get("content-length", "0")
    if not (size.isascii() and size.isdigit()) or len(size) > 19 or int(size) > LARGEST:
        return page(request, "error.html", status=413, title="Request too large", message=f"A request can be at most {LARGEST:,} bytes.")
    if "transfer-encoding" in request.headers:  # of unknown size
        return page(request, "error.html", status=411, title="Request refused", message="The request does not state its length.")
    if request.method not in ("GET", "HEAD") and not _same_origin(request):
        return page(request, "error.html", status=403, title="Request refused", message="The request came from another website.")
    token = request.query_params.get("token")
    if token is not None and path == "/":
        secret = await run_in_threadpool(access.redeem, token)
        if secret is None:
            return page(
                request,
                "error.html",
                status=403,
                title="Link not valid",
                message="This link has expired or is not valid. Use the link that therex review shows in the terminal.",
            )
        return entered(request, secret)
    request.state.session = await run_in_threadpool(access.session, request.cookies.get(request.app.state.cookie))
    if request.state.session is None and path != "/login":
        if request.method != "GET" or "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"message": OVER[access.users]}, 401)
        if access.users:
            return RedirectResponse("/login", 303)
        return page(
            request, "error.html", status=403, title="Not signed in", message="Open the link that therex review shows in the terminal."
        )
    return await call(request)


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or origin == f"{request.url.scheme}://{request.headers.get('host', '')}"


def entered(request: Request, secret: str) -> Response:
    """Redirect to the queue and set the session cookie."""
    response = RedirectResponse("/", 303)
    keep_cookie(request, response, request.app.state.cookie, secret)
    return response


def keep_cookie(request: Request, response: Response, name: str, value: str, path: str = "/", max_age: int | None = None) -> None:
    """Set a cookie that no script and no other site can read."""
    response.set_cookie(name, value, max_age, httponly=True, samesite="strict", secure=request.app.state.secure, path=path)


def session(request: Request) -> Session:
    """The session of a request."""
    found: Session | None = request.state.session
    if found is None:
        raise Refused("Sign in first.", 401)
    return found


def checked(request: Request, told: str | None) -> Session:
    """The session of a request that changes something.

    Raises
    ------
    Refused
        The request does not have the CSRF token of its page.
    """
    found = session(request)
    if not told or not hmac.compare_digest(told.encode(), found.csrf.encode()):
        raise Refused("This page is out of date. Reload it.", 403)
    return found


def needs(found: Session, role: str) -> None:
    """Refuse a user who does not have a role."""
    if not found.user.may(role):
        raise Refused(f"Only {'an' if role[0] == 'a' else 'a'} {role} can do this.", 403)


def page(request: Request, name: str, *, status: int = 200, **told: Any) -> HTMLResponse:
    """A page by its template."""
    found: Session | None = getattr(request.state, "session", None)
    users = request.app.state.access.users
    told = {
        "user": found.user if found else None,
        "csrf": found.csrf if found else "",
        "users": users,
        "design": request.app.state.store.design,
        **told,
    }
    response: HTMLResponse = request.app.state.templates.TemplateResponse(request, name, told, status_code=status)
    return response


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Refused) else 400
    if _wants_json(request):
        return JSONResponse({"message": str(error)}, status)
    return page(request, "error.html", status=status, title="Request refused", message=_sentence(str(error)))


async def _wrong(request: Request, error: Exception) -> Response:
    """A request that is not valid: which part, and what it should be; never the value, which could be note text."""
    found: dict[str, Any] = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": "not valid"}
    where, name = (*found["loc"], "", "")[:2]
    if where == "path":
        return await _lost(request, HTTPException(404))
    part = name if isinstance(name, str) and name else "the request"
    message = f"{part}: {found['msg'].removeprefix('Value error, ')}."
    if _wants_json(request):
        return JSONResponse({"message": message}, 400)
    return page(request, "error.html", status=400, title="Request not valid", message=message)


async def _lost(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = "This page does not exist." if status == 404 else "This request is not allowed here."
    if _wants_json(request):
        return JSONResponse({"message": message}, status)
    return page(request, "error.html", status=status, title="Not found" if status == 404 else "Request refused", message=message)


async def _failed(request: Request, error: Exception) -> Response:
    """A fault of ours: its kind alone, never a value, which could be note text."""
    message = f"Internal error ({type(error).__name__}). Everything shown as saved is saved."
    if _wants_json(request):
        return JSONResponse({"message": message}, 500)
    response = page(request, "error.html", status=500, title="Internal error", message=message)
    response.headers.update(HEADERS)
    return response
