"""Who may come in: a one-time token, or names with passwords; sessions, roles, and the guard against requests from elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from therex.errors import InputError
from therex.web.engine import Database
from therex.web.schema import AUDIT, ROLES, SESSION, USER
from therex.web.store import Refused, User, now

COOKIE = "therex_session"
IDLE, LONGEST = timedelta(minutes=60), timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
# so many wrong passwords for a name, and it waits for so long
TRIES, WAIT = 5, 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that came in; `csrf` goes into its pages and comes back with every change."""

    user: User
    csrf: str = field(repr=False)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _age(stamp: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(stamp)


class Access:
    """The people of a database, and their sessions."""

    def __init__(self, database: Database, *, users: bool, name: str = "reviewer") -> None:
        self.database, self.users, self._name = database, users, name
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._token: str | None = None
        self._wrong: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    # the token --------------------------------------------------------------------------------------------------------

    def token(self) -> str:
        """A new token that opens one session; without users, whoever holds it is the one reviewer and has every role."""
        self._token = secrets.token_urlsafe(24)
        return self._token

    def redeem(self, told: str) -> str | None:
        """The secret of a new session; None where the token is wrong or was used."""
        with self._lock:
            if self.users or self._token is None or not hmac.compare_digest(told.encode(), self._token.encode()):
                return None
            self._token = None
        with self.database.writing() as c:
            found = c.execute(sa.select(USER.c.id).where(USER.c.name == self._name)).scalar()
            if found is None:
                values = {"name": self._name, "password": None, "role": "administrator", "active": True, "added": now()}
                c.execute(USER.insert().values(**values))
                found = c.execute(sa.select(USER.c.id).where(USER.c.name == self._name)).scalar_one()
            self._audit(c, self._name, "token")
            return self._session(c, found)

    # names and passwords ----------------------------------------------------------------------------------------------

    def login(self, name: str, password: str) -> str:
        """The secret of a new session.

        Raises
        ------
        Refused
            Name or password is wrong, or there were too many tries.
        """
        key, at = name.strip().lower()[:100], time.monotonic()
        with self._lock:
            self._wrong[key] = [t for t in self._wrong[key] if at - t < WAIT]
            if len(self._wrong[key]) >= TRIES:
                raise Refused("Too many tries. Wait a minute.", 429)
        with self.database.reading() as c:
            row = c.execute(sa.select(USER).where(sa.func.lower(USER.c.name) == key, USER.c.active)).first()
        try:
            # a name that is not there takes as long as one that is
            self._hasher.verify(row.password if row is not None and row.password else self._nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            row = None
        with self.database.writing() as c:
            if row is None or not row.password:
                with self._lock:
                    self._wrong[key].append(at)
                # a password typed into the wrong field is no line of the trail
                self._audit(c, "?", "login_failed")
            else:
                self._audit(c, row.name, "login")
                return self._session(c, row.id)
        raise Refused("Name or password is wrong.", 403)

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
        """Everyone, by name."""
        with self.database.reading() as c:
            return list(c.execute(sa.select(USER.c.id, USER.c.name, USER.c.role, USER.c.active).order_by(USER.c.name)))

    def add(self, name: str, password: str, role: str, by: str = "command line") -> None:
        """A new user.

        Raises
        ------
        InputError
            The name is taken or empty, the password is too short, or the role is none.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= 100:
            raise InputError("name: want 1 to 100 characters")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise InputError(f"password: want {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
        if role not in ROLES:
            raise InputError(f"role: want one of {', '.join(ROLES)}")
        hashed = self._hasher.hash(password)
        with self.database.writing() as c:
            if c.execute(sa.select(USER.c.id).where(sa.func.lower(USER.c.name) == name.lower())).first() is not None:
                raise InputError("name: there is a user of that name")
            c.execute(USER.insert().values(name=name, password=hashed, role=role, active=True, added=now()))
            self._audit(c, by, "user_added", role)

    def change(self, user: int, by: User, *, password: str = "", active: bool | None = None) -> None:
        """A new password for a user, or an end to the user's access; sessions that are open end with it.

        Raises
        ------
        InputError
            The password is too short, or the user is the one who asks.
        """
        values: dict[str, object] = {}
        if password:
            if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
                raise InputError(f"password: want {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
            values["password"] = self._hasher.hash(password)
        if active is not None:
            if user == by.id:
                raise InputError("you cannot close your own access")
            values["active"] = active
        if not values:
            return
        with self.database.writing() as c:
            c.execute(USER.update().where(USER.c.id == user).values(**values))
            c.execute(SESSION.delete().where(SESSION.c.user == user))
            self._audit(c, by.name, "user_changed", ", ".join(values))

    def _audit(self, c: sa.Connection, who: str, action: str, detail: str = "") -> None:
        c.execute(AUDIT.insert().values(sample=None, at=now(), who=who, action=action, place=None, detail=detail))
