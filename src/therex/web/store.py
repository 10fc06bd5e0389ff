"""Reviews in the database: taking a note, saving, undoing, deciding, settling; every step leaves its line in the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from therex.errors import InputError
from therex.qa.appraise import Reviewed
from therex.qa.decisions import Decision, Judgement, blank, check, differences, in_use, lacking, settle, tool_spans
from therex.qa.samples import Sample
from therex.types import ELEMENTS
from therex.web.engine import Database
from therex.web.schema import AUDIT, CHANGE, ITEM, REVIEW, SAMPLE, USER
from therex.web.words import still

ADJUDICATION, CALIBRATION = 0, 100
# what the trail says of a view that showed the tool's opinion
OPINION = "tool's opinion"
STALE = "This note was changed in another window. The page now shows the saved judgment."


class Refused(Exception):
    """An action that is not allowed, in words for a reviewer; `status` is that of HTTP."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class User:
    """Who acts."""

    id: int
    name: str = field(repr=False)
    role: str

    def may(self, role: str) -> bool:
        """Whether the user has a role; an administrator has all of them, and an adjudicator reviews too."""
        return self.role in ("administrator", role) or (self.role == "adjudicator" and role == "reviewer")


def now() -> str:
    """The time in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Store:
    """One sample and its reviews."""

    def __init__(self, database: Database, sample: Sample) -> None:
        self.database, self.id, self.design, self.frame = database, sample.id, sample.design, sample.frame
        with database.writing() as c:
            if c.execute(sa.select(SAMPLE.c.id).where(SAMPLE.c.id == sample.id)).first() is None:
                told = {k: v for k, v in sample.told.items() if k != "items"}
                c.execute(SAMPLE.insert().values(id=sample.id, told=told, added=now()))
                c.execute(ITEM.insert(), [{"sample": sample.id, "place": n, "told": item} for n, item in enumerate(sample.items)])
            rows = c.execute(sa.select(ITEM.c.id, ITEM.c.told).where(ITEM.c.sample == sample.id).order_by(ITEM.c.place)).all()
        self.items: list[dict[str, Any]] = [r.told for r in rows]
        self._ids = [r.id for r in rows]
        self._place = {id_: n for n, id_ in enumerate(self._ids)}
        self._settled: dict[tuple[Any, ...], Decision] = {}

    # people -----------------------------------------------------------------------------------------------------------

    def audit(self, c: sa.Connection, who: str, action: str, place: int | None = None, detail: str = "") -> None:
        """One line of the trail: names of parts, never what a note says."""
        c.execute(AUDIT.insert().values(sample=self.id, at=now(), who=who[:100], action=action, place=place, detail=detail[:400]))

    def seen(self, user: User, place: int, opinion: bool = False) -> None:
        """That a user saw a note, and whether the tool's opinion of it stood beside it."""
        with self.database.writing() as c:
            self.audit(c, user.name, "view", place, OPINION if opinion else "")

    def _saw_opinion(self, c: sa.Connection, user: User, place: int) -> bool:
        seen = sa.select(AUDIT.c.id).where(AUDIT.c.sample == self.id, AUDIT.c.place == place, AUDIT.c.who == user.name[:100])
        return c.execute(seen.where(AUDIT.c.action == "view", AUDIT.c.detail == OPINION).limit(1)).first() is not None

    def trail(self, before: int | None = None, most: int = 200) -> list[Mapping[str, Any]]:
        """The latest lines of the trail, the newest first."""
        query = sa.select(AUDIT).where(sa.or_(AUDIT.c.sample == self.id, AUDIT.c.sample.is_(None))).order_by(AUDIT.c.id.desc()).limit(most)
        with self.database.reading() as c:
            return [dict(r._mapping) for r in c.execute(query if before is None else query.where(AUDIT.c.id < before))]

    # where everything stands ------------------------------------------------------------------------------------------

    def reviews(self, *, told: bool = False, item: int | None = None) -> list[dict[str, Any]]:
        """The reviews as rows, with place and reviewer's name; judgments only where they are asked for."""
        columns = [c for c in REVIEW.c if told or c.name not in ("told", "first")]
        query = sa.select(*columns, USER.c.name.label("name")).join(USER, USER.c.id == REVIEW.c.user).join(ITEM, ITEM.c.id == REVIEW.c.item)
        query = query.where(ITEM.c.sample == self.id).order_by(REVIEW.c.slot, REVIEW.c.id)
        if item is not None:
            query = query.where(REVIEW.c.item == self._ids[item])
        with self.database.reading() as c:
            return [{**r._mapping, "place": self._place[r.item]} for r in c.execute(query)]

    def decisions(self, rows: Sequence[Mapping[str, Any]] | None = None) -> list[Decision]:
        """Where every note stands; what did not change since is not worked out again."""
        by_place: dict[int, list[Mapping[str, Any]]] = {}
        for r in self.reviews() if rows is None else rows:
            if r["decided"] is not None and r["slot"] < CALIBRATION:
                by_place.setdefault(r["place"], []).append(r)
        wanted = {place: (place, *((r["id"], r["version"]) for r in found)) for place, found in by_place.items()}
        new = [place for place, key in wanted.items() if key not in self._settled]
        if new:
            judged = self._judgments([r["id"] for place in new for r in by_place[place]])
            for place in new:
                found = by_place[place]
                last = next((judged[r["id"]] for r in found if r["slot"] == ADJUDICATION), None)
                done = [judged[r["id"]] for r in found if r["slot"] != ADJUDICATION]
                self._settled[wanted[place]] = settle(self.items[place], done, last, self.design)
        return [self._settled[wanted[n]] if n in wanted else Decision("open") for n in range(len(self.items))]

    def _judgments(self, ids: Sequence[int]) -> dict[int, Judgement]:
        out: dict[int, Judgement] = {}
        with self.database.reading() as c:
            for start in range(0, len(ids), 500):
                query = sa.select(REVIEW.c.id, REVIEW.c.told).where(REVIEW.c.id.in_(ids[start : start + 500]))
                out |= {r.id: r.told for r in c.execute(query)}
        return out

    def active(self, decisions: Sequence[Decision]) -> list[int]:
        """The places of the notes to be reviewed now: the picks apart, and of each draw as many as can be judged."""
        used = in_use(self.items, [n for n, d in enumerate(decisions) if d.state == "unusable"], self.frame["strata"])
        return [
            n for n, i in enumerate(self.items) if i["pick"] not in ("random", "spare") or n in used or decisions[n].state == "unusable"
        ]

    def reviewed(self) -> Reviewed:
        """Everything that was decided, for the appraisal."""
        firsts: list[dict[str, Judgement]] = [{} for _ in self.items]
        changed = 0
        for r in self.reviews(told=True):
            if r["first"] is not None and r["slot"] != ADJUDICATION:
                firsts[r["place"]][r["name"]] = r["first"]
                changed += any(
                    r["told"][k] != r["first"][k] for k in ("elements", "verdict", "billed_units", "supported_units", "contradictions")
                )
        return Reviewed(self.id, self.design, self.frame, self.items, self.decisions(), firsts, changed)

    # a reviewer's work ------------------------------------------------------------------------------------------------

    def mine(self, user: User, place: int) -> dict[str, Any] | None:
        """A user's review of a note, with its judgment."""
        return next((r for r in self.reviews(told=True, item=place) if r["user"] == user.id), None)

    def take(self, user: User, place: int) -> None:
        """Take a note for review.

        Raises
        ------
        Refused
            It has all the reviewers that it wants.
        """
        item = self.items[place]
        slots = (CALIBRATION + user.id,) if item["pick"] == "calibration" else tuple(range(1, self.design["reviewers"] + 1))
        self._open(user, place, slots, blank(item, self.design["blind"]), "take")

    def _open(self, user: User, place: int, slots: Sequence[int], told: Judgement, action: str) -> None:
        at = now()
        taken = self._slots(place)
        if user.id in taken.values():
            return
        with self.database.reading() as c:
            if self.design["blind"] and self._saw_opinion(c, user, place):
                raise Refused("You have seen the tool's opinion of this note, so another reviewer must judge it.", 403)
        for slot in slots:
            if slot in taken:
                continue
            try:
                with self.database.writing() as c:
                    c.execute(
                        REVIEW.insert().values(
                            item=self._ids[place], user=user.id, slot=slot, version=1, told=told, first=None, flag=False, unusable=False,
                            opened=at, changed=at, decided=None,
                        )
                    )  # fmt: skip
                    self.audit(c, user.name, action, place)
                return
            except IntegrityError:  # another was faster, or the same user in another window
                continue
        if user.id not in self._slots(place).values():
            raise Refused("Another reviewer has taken this note.")

    def _slots(self, place: int) -> dict[int, int]:
        with self.database.reading() as c:
            rows = c.execute(sa.select(REVIEW.c.slot, REVIEW.c.user).where(REVIEW.c.item == self._ids[place]))
            return {r.slot: r.user for r in rows}

    def next(self, user: User) -> int | None:
        """The next note for a user: one begun and not decided, else the first free one in order, taken for the user."""
        while True:
            rows = self.reviews()
            places = self.active(self.decisions(rows))
            own = {r["place"]: r for r in rows if r["user"] == user.id}
            taken = Counter(r["place"] for r in rows if r["slot"] != ADJUDICATION)
            for place in places:
                if place in own and own[place]["decided"] is None and own[place]["slot"] != ADJUDICATION:
                    return place
            for place in places:
                full = taken[place] >= self.design["reviewers"] and self.items[place]["pick"] != "calibration"
                if place not in own and not full:
                    try:
                        self.take(user, place)
                        return place
                    except Refused:
                        break
            else:
                return None

    def next_disagreed(self, user: User) -> int | None:
        """The next note for an adjudicator to settle: one begun and not decided, else the first on which reviewers disagree, opened for the user."""
        rows = self.reviews()
        for r in rows:
            if r["user"] == user.id and r["slot"] == ADJUDICATION and r["decided"] is None:
                return int(r["place"])
        for place, decision in enumerate(self.decisions(rows)):
            if decision.state == "disagreed":
                try:
                    self.adjudicate(user, place)
                    if self.mine(user, place) is not None:
                        return place
                except Refused:  # the user reviewed it, or has seen the tool's opinion
                    continue
        return None

    def tally(self, user: User, rows: Sequence[Mapping[str, Any]], places: Sequence[int]) -> tuple[int, int]:
        """How many notes a user has decided, and how many there are for the user: those taken, and those still free."""
        own = {r["place"]: r["decided"] is not None for r in rows if r["user"] == user.id and r["slot"] != ADJUDICATION}
        taken = Counter(r["place"] for r in rows if r["slot"] != ADJUDICATION)
        free = [p for p in places if p not in own and (self.items[p]["pick"] == "calibration" or taken[p] < self.design["reviewers"])]
        return sum(own.values()), len(own) + len(free)

    def release(self, user: User, place: int, other: int | None = None) -> None:
        """Return a note that was never decided to the queue; an administrator may do so for another user.

        Raises
        ------
        Refused
            The note was decided once, or was not taken.
        """
        with self.database.writing() as c:
            query = sa.select(REVIEW.c.id, REVIEW.c.decided, REVIEW.c.first)
            query = query.where(REVIEW.c.item == self._ids[place], REVIEW.c.user == (user.id if other is None else other))
            # the row stays as it is read until it is gone: a decision at the same moment is not lost
            row = c.execute(query.with_for_update()).first()
            if row is None:
                raise Refused("This note was not taken, so it cannot be returned to the queue.")
            if row.first is not None or row.decided is not None:
                raise Refused("This note was already decided once, and that judgment is kept. It cannot be returned to the queue.")
            c.execute(CHANGE.delete().where(CHANGE.c.review == row.id))
            c.execute(REVIEW.delete().where(REVIEW.c.id == row.id))
            self.audit(c, user.name, "release", place)

    def save(self, user: User, place: int, version: int, change: Mapping[str, Any]) -> dict[str, Any]:
        """Lay a change over the user's judgment of a note, whole or not at all; the row as it is then.

        Parameters
        ----------
        version
            Of the judgment that the change was made on.
        change
            Parts of a judgment with their new values; of `elements` only those that change.

        Raises
        ------
        Refused
            The user has no review of it, or another window changed it since.
        InputError
            The change breaks the form of a judgment.
        """
        row = self._own(user, place, version)
        if row["decided"] is not None and set(change) - {"comment", "flag", "spans", "spans_checked", "note_type", "discipline"}:
            raise Refused("This note is decided. Reopen it to change it.")
        if not isinstance(change.get("elements", {}), dict):
            raise InputError("elements: each must be present, weak, or missing")
        told = {**row["told"], **change}
        told["elements"] = {**row["told"]["elements"], **change.get("elements", {})}
        return self._put(user, row, version, check(told, len(self.items[place]["text"])), "save", ", ".join(sorted(_parts(change))))

    def _own(self, user: User, place: int, version: int) -> dict[str, Any]:
        row = self.mine(user, place)
        if row is None:
            raise Refused("You have not taken this note.")
        if row["version"] != version:
            raise Refused(STALE, 412)
        return row

    def _put(self, user: User, row: Mapping[str, Any], version: int, told: Judgement, action: str, parts: str, undone: int | None = None,
             **more: Any) -> dict[str, Any]:  # fmt: skip
        with self.database.writing() as c:
            values = {"told": told, "flag": told["flag"], "unusable": told["unusable"], "changed": now(), "version": version + 1, **more}
            done = c.execute(REVIEW.update().where(REVIEW.c.id == row["id"], REVIEW.c.version == version).values(**values))
            if done.rowcount != 1:
                raise Refused(STALE, 412)
            if undone is not None:
                c.execute(CHANGE.update().where(CHANGE.c.id == undone).values(undone=True))
            else:
                c.execute(CHANGE.insert().values(review=row["id"], before=row["told"], parts=parts, undone=False, at=now()))
            self.audit(c, user.name, action, row["place"], parts)
        return {**row, **values}

    def undo(self, user: User, place: int, version: int) -> dict[str, Any]:
        """Undo the last change that was not undone yet.

        Raises
        ------
        Refused
            There is none, or the note is decided.
        """
        row = self._own(user, place, version)
        if row["decided"] is not None:
            raise Refused("This note is decided. Reopen it to change it.")
        with self.database.reading() as c:
            last = c.execute(
                sa.select(CHANGE).where(CHANGE.c.review == row["id"], sa.not_(CHANGE.c.undone)).order_by(CHANGE.c.id.desc()).limit(1)
            ).first()
        if last is None:
            raise Refused("There is nothing to undo.")
        return self._put(user, row, version, last.before, "undo", last.parts, last.id)

    def decide(self, user: User, place: int, version: int) -> dict[str, Any]:
        """Decide a note; what was judged blind is kept as it was, and the tool's opinion may be shown from now on.

        Raises
        ------
        Refused
            Something is not judged yet, or it is decided already.
        """
        row = self._own(user, place, version)
        if row["decided"] is not None:
            raise Refused("This note is already decided.")
        if wanting := lacking(row["told"]):
            raise Refused(f"{still(wanting)}.", 422)
        action = "adjudicate" if row["slot"] == ADJUDICATION else "decide"
        if row["first"] is not None:
            return self._put(user, row, version, row["told"], action, "", decided=now())
        return self._put(user, row, version, self._with_marks(place, row["told"]), action, "", decided=now(), first=row["told"])

    def _with_marks(self, place: int, told: Judgement) -> Judgement:
        """A judgment that was made blind with the tool's marks to correct, where the reviewer set and checked none."""
        if not self.design["blind"] or told["spans"] or told["spans_checked"]:
            return told
        return {**told, "spans": tool_spans(self.items[place]["record"])}

    def reopen(self, user: User, place: int, version: int) -> dict[str, Any]:
        """Open a decided note again; what was first decided stays on record."""
        row = self._own(user, place, version)
        if row["decided"] is None:
            raise Refused("This note is not decided.")
        return self._put(user, row, version, row["told"], "reopen", "", decided=None)

    def close(self, user: User, place: int, other: int) -> dict[str, Any]:
        """Decide a note again that a reviewer opened again and left, as it was first decided; for an administrator.

        Raises
        ------
        Refused
            That reviewer did not open it again.
        """
        row = next((r for r in self.reviews(told=True, item=place) if r["user"] == other), None)
        if row is None or row["first"] is None or row["decided"] is not None:
            raise Refused("Only a note that was decided and reopened can be closed.")
        told = self._with_marks(place, row["first"])
        return self._put(user, row, row["version"], told, "close", "", decided=now())

    def adjudicate(self, user: User, place: int) -> None:
        """Open a note on which two reviewers differ; what they agree on is filled in.

        Raises
        ------
        Refused
            They do not differ, or the user is one of them.
        """
        rows = [r for r in self.reviews(told=True, item=place) if r["slot"] != ADJUDICATION]
        if any(r["user"] == user.id for r in rows):
            raise Refused("You reviewed this note, so another reviewer must settle it.", 403)
        done = [r["told"] for r in rows if r["decided"] is not None]
        if len(done) < 2 or not (differ := differences(done[0], done[1], self.items[place], self.design["as_of"], "all")):
            raise Refused("The reviewers do not disagree on this note.")
        first = done[0]
        # the tool's marks, as they were shown after the decision, are not the reviewer's: who settles is blind to them too
        marks = first["spans"]
        if self.design["blind"] and not first["spans_checked"] and marks == tool_spans(self.items[place]["record"]):
            decided = next(r for r in rows if r["decided"] is not None)
            marks = decided["first"]["spans"]
        agreed = {e: v for e, v in first["elements"].items() if done[1]["elements"].get(e) == v}
        told = {**first, "spans": marks, "elements": agreed, "comment": "", "flag": False, "unusable": False}
        told |= {k: None for k in ("verdict", "billed_units", "supported_units") if k in differ}
        if {"billed_units", "supported_units"} & set(differ):
            told["units_not_judged"] = False
        if "contradictions" in differ:
            told["contradictions"] = [c for c in first["contradictions"] if c in done[1]["contradictions"]]
        self._open(user, place, (ADJUDICATION,), told, "open_adjudication")


def _parts(change: Mapping[str, Any]) -> list[str]:
    return [k for k in change if k != "elements"] + [e for e in change.get("elements", {}) if e in ELEMENTS]
