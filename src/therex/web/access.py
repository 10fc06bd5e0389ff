"""Who may sign in: by the token of a link, or with a name and password; sessions, roles, and the guard against requests from elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError

from therex.errors import InputError
from therex.web.engine import Database
from therex.web.schema import AUDIT, REVIEW, ROLES, SESSION, USER
from therex.web.store import Refused, User, now
from therex.web.tries import ADDRESS, NAME, SERVER, Tries, network

COOKIE, BROWSER = "therex_session", "therex_browser"
IDLE, LONGEST = timedelta(minutes=60), timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
# how long a browser is known as a user's own, in seconds
REMEMBERED = 180 * 24 * 3600
TAKEN = "name: another user has this name"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that signed in; `csrf` goes into its pages and comes back with every change."""

    user: User
    csrf: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a browser is given on signing in: the secret of its session, and the mark by which it is known as the user's own."""

    secret: str = field(repr=False)
    browser: str
    mark: str = field(repr=False)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _same(name: str) -> str:
    """A name as it is compared: however it was typed."""
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())[:100]


def _mac(key: str, told: str) -> str:
    return hmac.new(key.encode(), told.encode(), hashlib.sha256).hexdigest()


def _browser(password: str) -> str:
    """The name of the cookie that a user's own browsers hold; it changes with the password."""
    return f"{BROWSER}_{_mac(password, 'name')[:16]}"


def _known(password: str, cookies: Mapping[str, str]) -> str:
    """The mark of a browser in which the owner of a password has signed in before; none otherwise."""
    mark = cookies.get(_browser(password), "")
    nonce, _, told = mark.partition(".")
    return mark if nonce and hmac.compare_digest(told.encode(), _mac(password, nonce).encode()) else ""


def _age(stamp: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(stamp)


class Access:
    """The people of a database, and their sessions."""

    def __init__(self, database: Database, *, users: bool, name: str = "reviewer") -> None:
        self.database, self.users, self._name = database, users, name
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._token: str | None = None
        self._once: str | None = None
        self._tries = Tries()
        self._lock = threading.Lock()

    # the token --------------------------------------------------------------------------------------------------------

    def token(self) -> str:
        """The token of the link, valid until the server stops; without users, whoever holds it is the one reviewer and has every role."""
        self._token = self._token or secrets.token_urlsafe(24)
        return self._token

    def once(self) -> str:
        """A token for one session: the arguments of a browser that is started can be read by other users of the machine."""
        self._once = secrets.token_urlsafe(24)
        return self._once

    def redeem(self, told: str) -> str | None:
        """The secret of a new session; None where the token is not valid."""
        with self._lock:
            if self.users or not any(t is not None and hmac.compare_digest(told.encode(), t.encode()) for t in (self._token, self._once)):
                return None
            if self._once is not None and hmac.compare_digest(told.encode(), self._once.encode()):
                self._once = None
        with self.database.writing() as c:
            found = c.execute(sa.select(USER.c.id).where(USER.c.name == self._name)).scalar()
            if found is None:
                values = {"name": self._name, "password": None, "role": "administrator", "active": True, "added": now()}
                c.execute(USER.insert().values(**values))
                found = c.execute(sa.select(USER.c.id).where(USER.c.name == self._name)).scalar_one()
            self._audit(c, self._name, "token")
            return self._session(c, found)

    # names and passwords ----------------------------------------------------------------------------------------------

    def login(self, name: str, password: str, address: str = "", cookies: Mapping[str, str] | None = None) -> Entry:
        """Sign a user in.

        Wrong passwords are counted by name, by address and for the server. A browser in which the user has signed in before is
        counted by itself: others who try the name do not keep its owner out.

        Raises
        ------
        Refused
            Name or password is wrong, or there were too many tries.
        """
        key = _same(name)
        with self.database.reading() as c:
            rows = c.execute(sa.select(USER.c.id, USER.c.name, USER.c.password).where(USER.c.active)).all()
        row = next((r for r in rows if r.password and _same(r.name) == key), None)
        known = _known(row.password, cookies or {}) if row is not None else ""
        if known:
            limits = {f"browser {_digest(known)}": NAME}
        else:
            limits = {f"name {key}": NAME, f"address {network(address)}": ADDRESS, "server": SERVER}
        # a name that is not there takes as long as one that is
        right = self._tries.right(limits, lambda: self._verified(row.password if row else self._nobody, password) and row is not None)
        if right is None:
            raise Refused("Too many wrong passwords. Wait one minute, then try again.", 429)
        with self.database.writing() as c:
            if row is not None and right and self._still(c, row.id, row.password):
                self._audit(c, row.name, "login")
                nonce = secrets.token_urlsafe(16)
                return Entry(self._session(c, row.id), _browser(row.password), known or f"{nonce}.{_mac(row.password, nonce)}")
            # a password typed into the wrong field is no line of the trail
            self._audit(c, "?", "login_failed")
        raise Refused("The name or password is wrong.", 403)

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _still(self, c: sa.Connection, user: int, password: str) -> bool:
        """Whether a user may still come in by a password, which may have been changed while it was verified."""
        query = sa.select(USER.c.id).where(USER.c.id == user, USER.c.active, USER.c.password == password)
        return c.execute(query.with_for_update()).first() is not None

    def _session(self, c: sa.Connection, user: int) -> str:
        secret = secrets.token_urlsafe(32)
        c.execute(SESSION.delete().where(SESSION.c.began < (datetime.now(UTC) - LONGEST).isoformat(timespec="milliseconds")))
        c.execute(SESSION.insert().values(id=_digest(secret), user=user, csrf=secrets.token_urlsafe(24), began=now(), seen=now()))
        return secret

    def session(self, secret: str | None) -> Session | None:
        """The session of a browser; None where it has none, or it is over."""
        if not secret:
            return None
        query = sa.select(SESSION, USER.c.name, USER.c.role, USER.c.password).join(USER, USER.c.id == SESSION.c.user)
        with self.database.reading() as c:
            row = c.execute(query.where(SESSION.c.id == _digest(secret), USER.c.active)).first()
        # whoever came by a link alone has no place among users
        if row is None or (self.users and row.password is None) or _age(row.began) > LONGEST or _age(row.seen) > IDLE:
            return None
        if _age(row.seen) > timedelta(minutes=1):
            with self.database.writing() as c:
                c.execute(SESSION.update().where(SESSION.c.id == row.id).values(seen=now()))
        return Session(User(row.user, row.name, row.role), row.csrf)

    def logout(self, secret: str | None) -> None:
        """End a session."""
        with self.database.writing() as c:
            c.execute(SESSION.delete().where(SESSION.c.id == _digest(secret or "")))

    def people(self) -> list[sa.Row[tuple[object, ...]]]:
        """Everyone, by name, with the reviews that were decided and those in progress, of whatever sample."""
        count = sa.func.count
        query = sa.select(USER.c.id, USER.c.name, USER.c.role, USER.c.active, count(REVIEW.c.decided).label("decided"),
                          (count(REVIEW.c.id) - count(REVIEW.c.decided)).label("begun"))  # fmt: skip
        query = query.outerjoin(REVIEW, REVIEW.c.user == USER.c.id).group_by(USER.c.id, USER.c.name, USER.c.role, USER.c.active)
        with self.database.reading() as c:
            return list(c.execute(query.order_by(USER.c.name)))

    def add(self, name: str, password: str, role: str, by: str = "command line") -> None:
        """A new user.

        Raises
        ------
        InputError
            The name is taken or empty, the password is too short, or there is no such role.
        """
        name = unicodedata.normalize("NFC", " ".join(name.split()))
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise InputError("name: 1 to 100 characters are allowed, without control characters")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise InputError(f"password: {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters are allowed")
        if role not in ROLES:
            raise InputError(f"role must be one of {', '.join(ROLES)}")
        hashed = self._hasher.hash(password)
        try:
            with self.database.writing() as c:
                if any(_same(other) == _same(name) for other in c.execute(sa.select(USER.c.name)).scalars()):
                    raise InputError(TAKEN)
                c.execute(USER.insert().values(name=name, password=hashed, role=role, active=True, added=now()))
                self._audit(c, by, "user_added", role)
        except IntegrityError:  # another window added the same one
            raise InputError(TAKEN) from None

    def change(self, user: int, by: User, *, password: str = "", role: str = "", active: bool | None = None) -> None:
        """A new password or role for a user, or an end to the user's access; a new password ends open sessions too.

        Raises
        ------
        InputError
            The password is too short, there is no such role, or administrators would change their own role or access.
        Refused
            There is no such user.
        """
        values: dict[str, object] = {}
        if password:
            if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
                raise InputError(f"password: {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters are allowed")
            values["password"] = self._hasher.hash(password)
        if role:
            if role not in ROLES:
                raise InputError(f"role must be one of {', '.join(ROLES)}")
            if user == by.id:
                raise InputError("you cannot change your own role; another administrator can")
            values["role"] = role
        if active is not None:
            if user == by.id:
                raise InputError("you cannot deactivate your own account; another administrator can")
            values["active"] = active
        if not values:
            return
        with self.database.writing() as c:
            if c.execute(USER.update().where(USER.c.id == user).values(**values)).rowcount != 1:
                raise Refused("There is no such user.", 404)
            if values.keys() - {"role"}:  # a role is read at every request
                c.execute(SESSION.delete().where(SESSION.c.user == user))
            self._audit(c, by.name, "user_changed", ", ".join(values))

    def remove(self, user: int, by: User) -> None:
        """Remove a user who has reviewed nothing; the audit trail keeps the name.

        Raises
        ------
        InputError
            The user has reviews, or is the one who asks.
        Refused
            There is no such user.
        """
        if user == by.id:
            raise InputError("you cannot remove your own account; another administrator can")
        try:
            with self.database.writing() as c:
                c.execute(SESSION.delete().where(SESSION.c.user == user))
                if c.execute(USER.delete().where(USER.c.id == user)).rowcount != 1:
                    raise Refused("There is no such user.", 404)
                self._audit(c, by.name, "user_removed")
        except IntegrityError:  # a review names the user
            raise InputError("this user has reviews, which are kept; deactivate the account instead") from None

    def _audit(self, c: sa.Connection, who: str, action: str, detail: str = "") -> None:
        c.execute(AUDIT.insert().values(sample=None, at=now(), who=who, action=action, place=None, detail=detail))
