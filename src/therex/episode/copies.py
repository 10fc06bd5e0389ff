"""Copied notes: the narrative of a visit against those before it, apart from exercise rows and measures; and programs that never change.

Exercise lists repeat for good reason, so they are compared only where a note has nothing else. Closeness of sentences is rapidfuzz's.
Source: NGS, article on cloned documentation (worded the same or nearly so as earlier entries).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from therex.catalog.codes import is_timed
from therex.catalog.episode import dimension
from therex.catalog.patterns import Patterns
from therex.episode.trends import Reading
from therex.episode.visits import Visit
from therex.types import EpisodeFinding, NoteView, Passage

_RE = Patterns("episode")

SENTENCE, SHARE, WHOLE, ROWS = 76.0, 0.8, 87.0, 3
FEW_WORDS = 5
# how far two values of a measure may lie apart and still be read as the same: a share, or one unit of what is no grade
NOISE, ONE = 0.07, 1.0
_ASIDE = ("subjective", "header", "billing", "signature", "history", "medications", "precautions")


# values by name and side of the measure
Measures = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Program:
    """The exercises of a visit, each with its dose, and all doses of the note in order."""

    exercises: frozenset[tuple[str, str]]
    doses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a note says beside its clerical lines.

    `narrative` is what stands around exercises, doses and measures, with its place; `few` whether it is but a few words; `rows` all of it
    as one line; `figures` the numbers in it but those of measures, where the narrative is short; `measures` the value of each measure;
    `program` the exercises with their doses.
    """

    narrative: tuple[tuple[str, int, int], ...]
    few: bool
    rows: str
    figures: tuple[str, ...]
    measures: Measures
    program: Program


def told(v: Visit, measured: Sequence[Reading]) -> Told:
    """Narrative and rows of a note."""
    view = v.view
    told_of = {r.to for r in view.relations if r.type in ("dose_of", "minutes_of")}
    lifted = sorted(
        (s.start, s.end)
        for i, s in enumerate(view.spans)
        if s.label in ("DOSE", "MEASURE", "SERVICE", "DURATION") or (s.label == "EXERCISE" and i in told_of)
    )
    narrative, kept = [], []
    exercises = [s.start for s in view.of("EXERCISE")]
    for start, end in _pieces(view):
        text = view.low[start:end]
        if _RE["goal"].match(text) or view.section_at(start) in _ASIDE:
            continue  # a goal is told again for good reason
        row = _plain(_RE["visit_number"].sub(" ", text))
        if not row or (_clerical(text) and not any(start <= x < end for x in exercises)):
            continue
        kept.append((row, start, end))
        bare = _plain(" ".join(_outside(view.low, start, end, lifted)))
        if len(_RE["word"].findall(bare)) >= (1 if not any(start <= a < end for a, _ in lifted) else 3):
            narrative.append((bare, start, end))
    figures: tuple[str, ...] = ()
    few = sum(len(text.split()) for text, _, _ in narrative) < FEW_WORDS
    if few:
        scores = sorted((s.start, s.end) for s in view.of("MEASURE"))
        figures = tuple(
            x
            for _, a, b in kept
            for x in _RE["figures"].findall(_plain(_RE["visit_number"].sub(" ", " ".join(_outside(view.low, a, b, scores)))))
        )
    return Told(
        tuple(narrative),
        few,
        " ".join(row for row, _, _ in kept),
        figures,
        {(r.name, r.side): _told_value(r) for r in measured},
        program(v),
    )


def _told_value(r: Reading) -> float:
    """The value in the unit that the note tells it in."""
    found = dimension(r.raw_unit)
    return r.value / (found[1] if found else 1.0)


def _pieces(view: NoteView) -> list[tuple[int, int]]:
    """The sentences, those of a telegraphic line parted by dashes, strokes or semicolons one by one."""
    out = []
    for r in view.sentences:
        at = r.start
        for m in _RE["parting"].finditer(view.low[r.start : r.end]):
            out.append((at, r.start + m.start()))
            at = r.start + m.end()
        out.append((at, r.end))
    return out


def _outside(text: str, start: int, end: int, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """What stands between `start` and `end` and in none of `ranges`, which are sorted."""
    out, at = [], start
    for a, b in ranges:
        if start <= a < end and b > at:
            out.append(text[at : max(at, a)])
            at = b
    return [*out, text[at:end]]


def _clerical(text: str) -> bool:
    """A line of dates, minutes, visit numbers or a signature, with little else."""
    rest = _RE["day"].sub(" ", text)
    return (bool(_RE["clerical"].search(rest)) and len(_RE["long_word"].findall(_RE["clerical"].sub(" ", rest))) <= 4) or (
        bool(_RE["signed"].search(text.strip())) and len(text) < 60
    )


def _plain(text: str) -> str:
    return " ".join(_RE["token"].findall(_RE["day"].sub(" ", text))).strip(" .")


def copied(visits: Sequence[Visit], measured: Sequence[Reading]) -> list[EpisodeFinding]:
    """Every visit whose narrative stands nearly word for word in an earlier one, with the two passages."""
    out = []
    notes = [(v, told(v, [r for r in measured if r.visit is v])) for v in visits if v.treats]
    for i, (v, mine) in enumerate(notes):
        best: tuple[float, EpisodeFinding] | None = None
        for before, theirs in notes[:i]:
            found = _alike(mine, theirs)
            if found is None or (best and found[0] <= best[0]):
                continue
            share, (a, b) = found
            day = f"the note of {before.day.isoformat()}" if before.day else f"note {before.place + 1}"
            evidence = (Passage(before.place, *(a or (0, len(before.low)))), Passage(v.place, *(b or (0, len(v.low)))))
            best = (
                share,
                EpisodeFinding("copied_text", v.place, "major", f"{share:.0%} of the narrative matches {day}.", "", "", evidence),
            )
        if best:
            out.append(best[1])
    return out


def _alike(mine: Told, theirs: Told) -> tuple[float, tuple[tuple[int, int] | None, tuple[int, int] | None]] | None:
    """The share of the narrative that stands in the other, with the stretches; None below the limit.

    A note with hardly any narrative is compared whole: it is copied where its doses are the other's and its measures hardly moved.
    """
    words = [len(text.split()) for text, _, _ in mine.narrative]
    if mine.few:
        if not theirs.few:
            return None
        score = fuzz.ratio(mine.rows, theirs.rows)
        alike = (
            _same_program(mine.program, theirs.program)
            and score >= WHOLE
            and mine.figures == theirs.figures
            and _same_measures(mine.measures, theirs.measures)
        )
        return (score / 100, (None, None)) if alike else None
    other = [text for text, _, _ in theirs.narrative]
    same = 0.0
    pairs = []
    for (text, start, end), n in zip(mine.narrative, words, strict=True):
        hit = process.extractOne(text, other, scorer=fuzz.ratio, score_cutoff=SENTENCE)
        if hit:
            same += n * hit[1] / 100
            pairs.append(((start, end), theirs.narrative[hit[2]][1:]))
    share = same / sum(words)
    if share < SHARE:
        return None
    return share, ((min(b[0] for _, b in pairs), max(b[1] for _, b in pairs)), (min(a[0] for a, _ in pairs), max(a[1] for a, _ in pairs)))


def _same_measures(mine: Measures, theirs: Measures) -> bool:
    """Whether one note's measures are among the other's, each within the noise of measuring."""
    few, more = sorted((mine, theirs), key=len)
    return set(few) <= set(more) and all(abs(few[k] - more[k]) <= max(NOISE * abs(more[k]), ONE if more[k] > 5 else 0.0) for k in few)


def unchanged(visits: Sequence[Visit], maintenance: bool, other_side: frozenset[int]) -> list[EpisodeFinding]:
    """The third visit in a row with the same exercises and doses, where no reason is told and the aim is not to maintain.

    `other_side` holds the places of visits that exercise the other side: there the program is not the same.
    """
    if maintenance:
        return []
    runs: list[list[tuple[Visit, Program]]] = []
    run: list[tuple[Visit, Program]] = []
    for v in visits:
        mine = program(v)
        if len(mine.exercises) < 2 or v.place in other_side:
            continue
        run = [*run, (v, mine)] if run and _same_program(run[-1][1], mine) and not _reason(v) else [(v, mine)]
        if len(run) == ROWS:
            runs.append(run)
        elif len(run) > ROWS:
            runs[-1] = run
    return [
        EpisodeFinding(
            "unchanged_values", run[ROWS - 1][0].place, "minor", f"{len(run[0][1].exercises)} exercises are unchanged over {len(run)} visits.", "", "",
            tuple(Passage(x.place, *_stretch(x)) for x, _ in (run[0], run[-1])),
        )
        for run in runs
    ]  # fmt: skip


def uniform_minutes(visits: Sequence[Visit]) -> list[EpisodeFinding]:
    """The third visit in a row at which every one of two or more timed codes has exactly 15 minutes."""
    run: list[Visit] = []
    for v in visits:
        timed = {code: n for code, n in (v.assessment.time.codes.items() if v.assessment.time else ()) if is_timed(code)}
        if len(timed) < 2:
            continue
        run = [*run, v] if set(timed.values()) == {15} else []
        if len(run) == ROWS:
            evidence = tuple(Passage(x.place, d.start, d.end) for x in run for d in x.view.of("DURATION")[:1])
            return [
                EpisodeFinding(
                    "uniform_minutes",
                    v.place,
                    "minor",
                    f"{len(timed)} timed codes have 15 minutes each at {ROWS} visits in a row.",
                    "",
                    "",
                    evidence,
                )
            ]
    return []


def _reason(v: Visit) -> bool:
    """Whether a note tells of a change of the exercises or why there was none, beside a stock line on what is to come."""
    told = (_around(v, r.start) for f in v.assessment.findings if f.id == "progression" for r in f.evidence)
    return any(_RE["of_exercise"].search(text) and not _RE["to_come"].search(text) for text in told)


def _around(v: Visit, position: int) -> str:
    return next((v.low[r.start : r.end] for r in v.view.sentences if r.start <= position < r.end), "")


def _same_program(a: Program, b: Program) -> bool:
    """Whether two visits tell the same exercises with the same doses; one exercise may have been read in one of them alone."""
    if a.exercises == b.exercises:
        return bool(a.exercises)
    return a.doses == b.doses and len(a.exercises & b.exercises) >= 2 and len(a.exercises ^ b.exercises) <= 1


def program(v: Visit) -> Program:
    """Exercises of a visit with their dose, and all its doses."""
    doses = {r.to: r.from_ for r in v.view.relations if r.type == "dose_of"}
    out = set()
    for i, s in enumerate(v.view.spans):
        if s.label == "EXERCISE" and s.attribute == "performed" and i in doses:
            dose = v.view.spans[doses[i]]
            out.add((str((s.value or {}).get("concept")), v.low[dose.start : dose.end]))
    return Program(frozenset(out), tuple(sorted(v.low[s.start : s.end] for s in v.view.of("DOSE"))))


def _stretch(v: Visit) -> tuple[int, int]:
    rows = v.view.of("EXERCISE", "performed")
    return (rows[0].start, max(s.end for s in v.view.of("DOSE"))) if rows and v.view.of("DOSE") else (0, len(v.low))
