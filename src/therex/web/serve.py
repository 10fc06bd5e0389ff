"""Starting and stopping the server."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from therex.errors import InputError
from therex.web.access import Access
from therex.web.app import create_app
from therex.web.store import Store

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server listens; away from this machine only by TLS, with a certificate and its key."""

    host: str = "127.0.0.1"
    port: int = 8710
    certificate: Path | None = None
    key: Path | None = None


def checked(place: Place, users: bool) -> Place:
    """The place, if it is a safe one.

    Raises
    ------
    InputError
        It would be open to others without names and passwords, or without TLS.
    """
    if (place.certificate is None) != (place.key is None):
        raise InputError("--certificate and --key must be given together")
    if place.host not in LOOPBACK and not (users and place.certificate):
        raise InputError("--host: any address other than this machine requires --users, --certificate, and --key")
    return place


def _open(url: str) -> None:
    """Open a page in the browser, where there is one with windows; the listener is there already, so the page waits for the server."""
    import webbrowser

    screen = sys.platform in ("win32", "darwin") or any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    if screen:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def serve(store: Store, access: Access, place: Place, browser: bool = False) -> None:
    """Serve until stopped; without users, print the link that signs the reviewer in.

    Parameters
    ----------
    browser
        Whether to open the page in this machine's browser.

    Raises
    ------
    InputError
        The port is taken, or the certificate cannot be used.
    """
    import uvicorn

    secure = place.certificate is not None
    try:
        listener = socket.create_server(
            (place.host, place.port), family=socket.AF_INET6 if ":" in place.host else socket.AF_INET, backlog=256
        )
    except OSError as error:
        raise InputError(
            f"--port: port {place.port} cannot be used ({type(error).__name__}); choose another, or 0 for any free port"
        ) from None
    # what listens everywhere is called by the machine's name
    name = socket.getfqdn() if place.host in ("0.0.0.0", "::") else place.host
    shown = f"[{name}]" if ":" in name else name
    hosts = (*LOOPBACK, "[::1]") if place.host in LOOPBACK else (name, shown, socket.getfqdn(), socket.gethostname())
    app = create_app(store, access, hosts=hosts, secure=secure)
    # neither requests nor faults are logged: an address is none of the log's, and a fault may hold what a note says
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    config = uvicorn.Config(
        app, log_config=None, log_level="critical", access_log=False, server_header=False, timeout_keep_alive=75, proxy_headers=False,
        ssl_certfile=str(place.certificate) if place.certificate else None, ssl_keyfile=str(place.key) if place.key else None,
    )  # fmt: skip
    url = f"{'https' if secure else 'http'}://{shown}:{listener.getsockname()[1]}/"
    print(f"therex: review app at {url if access.users else url + '?token=' + access.token()}", file=sys.stderr)
    how = (
        "Sign in with your name and password." if access.users else "The link works in any browser on this machine until the server stops."
    )
    print(f"therex: {how} Press Ctrl-C to stop.", file=sys.stderr, flush=True)
    if browser and place.host in LOOPBACK:
        _open(url if access.users else f"{url}?token={access.once()}")
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except OSError as error:
        raise InputError(f"the server cannot start ({type(error).__name__})") from None
