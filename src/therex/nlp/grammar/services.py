"""SERVICE: every mention of a service by name or code, whether it was given, and whether the visit took place at all.

Source: annotation.md, label table, settled points on SERVICE, and "Who wrote it".
"""

from __future__ import annotations

import re
from functools import cache

from therex.catalog.files import resource
from therex.nlp.context import Context, Draft
from therex.nlp.grammar.parser import Forms, Row
from therex.nlp.grammar.tables import other_days
from therex.nlp.surface import stem

FILE = "grammar/services.yaml"
VISITS = "grammar/visits.yaml"
BY_TIME = "grammar:service.by_time"
# what may stand between an everyday word and its minutes
LEADS = frozenset({"for", "x", "-", ":", ",", "(", "‖", "|", "=", "again", "was", "took", "today", "should", "be"})


def draft_services(ctx: Context, forms: Forms, row: Row) -> None:
    """Draft a SERVICE for every code, every name that no form forbids, and every plain word that stands beside minutes."""
    units, n = ctx.units, len(ctx.units)
    place = {token.unit: k for k, token in reversed(list(enumerate(row.tokens)))}
    i = 0
    while i < n:
        u = units[i]
        if "q_code" in u.cats:
            j = i + 1
            if (
                j < n
                and "service" in units[j].cats
                and ctx.surface.norm[u.end : units[j].start] == " "
                and _code(ctx, j) in ("", u.word.upper())
            ):
                j += 1
            ctx.add("SERVICE", i, j, "lexicon:service.code", ctx.surface.norm[u.start : u.end].strip().upper())
            i = j
        elif u.entry("service") is not None and _is_service(ctx, forms, row, i, place[i]):
            i = _named(ctx, i)
        else:
            i += 1
    _by_time(ctx, row)
    _settle_families(ctx)


def _code(ctx: Context, i: int) -> str:
    entry = ctx.units[i].entry("service")
    return entry.concept if entry else ""


def _is_service(ctx: Context, forms: Forms, row: Row, i: int, k: int) -> bool:
    """Whether no form forbids the name at unit `i`."""
    if ctx.covered(i, i + 1, "MEASURE"):
        return False
    found = forms.first("services.named", row, k)
    return found is None or found.form.gives == "yes"


def _named(ctx: Context, i: int) -> int:
    """Draft the service named at unit `i`, a manual technique with its site; the unit after it."""
    units, n = ctx.units, len(ctx.units)
    code = _code(ctx, i) or None
    a, j = i, i + 1
    if code == "97140":
        while (
            a > 0
            and ctx.has(a - 1, "body", "side", "motion", "ordinal")
            and not ctx.has(a - 1, "service")
            and not ctx.covered(a - 1, a, "SERVICE")
        ):
            a -= 1
        if a > 0 and units[a - 1].word in _site()["directions"]:
            a -= 1
        if j + 1 < n and units[j].word in ("grade", "gr") and (ctx.has(j + 1, "q") or units[j + 1].word.strip("iv-") == ""):
            j += 2
        m = ctx.grammar.compiled(_site()["site"]).match(ctx.row, j)
        if m and m.end() > j:
            j = m.end()
    elif ctx.has(j, "q_code") and ctx.surface.norm[units[j - 1].end : units[j].start] in (" ", " (") and code == units[j].word.upper():
        j += 1
    ctx.add("SERVICE", a, j, "lexicon:service", code)
    return max(j, i + 1)


@cache
def _site() -> dict[str, str]:
    data = resource(FILE)
    return {"site": data["site"].replace("{site_word}", data["site_word"]), "directions": data["directions"]}


@cache
def _words_by_time() -> tuple[dict[str, str], dict[str, int]]:
    """The code of each phrase, and how many words the longest has that begins with a word."""
    known = {" ".join(stem(w) for w in phrase.split()): code for code, phrases in resource(FILE)["by_time"].items() for phrase in phrases}
    longest: dict[str, int] = {}
    for phrase in known:
        words = phrase.split()
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return known, longest


def _by_time(ctx: Context, row: Row) -> None:
    """`functional activities` are any activities, but with minutes beside them they are a service."""
    known, longest = _words_by_time()
    tokens = row.tokens
    for k, token in enumerate(tokens):
        for size in range(longest.get(token.word.partition(" ")[0], 0), 0, -1):
            phrase = " ".join(t.word for t in tokens[k : k + size])
            if phrase not in known or k + size > len(tokens):
                continue
            first, last = tokens[k].unit, tokens[k + size - 1].unit + 1
            if (
                not ctx.covered(first, last, "SERVICE")
                and row.sections[k] in ("treatment", "", "objective", "billing", "header")
                and _has_time(row, k, k + size)
            ):
                ctx.add("SERVICE", first, last, BY_TIME, known[phrase] or None)
            break


def _has_time(row: Row, k: int, end: int) -> bool:
    """Whether minutes stand right before or right after the tokens from `k` to `end`."""
    tokens = row.tokens
    after = end
    while after < len(tokens) and after - end < 3 and tokens[after].word in LEADS:
        after += 1
    amount = tokens[after].quantity if after < len(tokens) else None
    headed = k == 0 or tokens[k - 1].word in ("\n", ";", ",", ".", ":", "•", "-", "*", "/", "|", "‖")
    if amount is not None and (
        amount.kind in ("minutes", "hours") or (amount.kind == "number" and headed and 5 <= amount.numbers[0] <= 90)
    ):
        return True
    before = k - 1
    while before >= 0 and k - before < 3 and tokens[before].word in ("of", "on", "for", "in", "the"):
        before -= 1
    lead = tokens[before].quantity if before >= 0 else None
    return lead is not None and lead.kind in ("minutes", "hours")


@cache
def _families() -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    return tuple((re.compile(row["words"]), frozenset(row["codes"])) for row in resource(FILE)["families"])


def _settle_families(ctx: Context) -> None:
    """A service that its words leave open takes the one code of its family that the note states."""
    stated = {d.attribute for d in ctx.of("SERVICE") if d.attribute and ctx.has(d.first, "q_code")}
    for words, family in _families():
        here = stated & family
        if len(here) == 1:
            for d in ctx.of("SERVICE"):
                if (d.attribute is None or d.attribute in family) and words.search(ctx.text(d.first, d.last)):
                    d.attribute = next(iter(here))


def mark_given(ctx: Context, forms: Forms, row: Row, visit: str) -> None:
    """Tell for each service whether it was given at this visit; `visit` is why none was, empty where the visit took place.

    An everyday word that only its minutes make a service is none where it is told of the home.
    """
    place = {token.unit: k for k, token in reversed(list(enumerate(row.tokens)))}
    elsewhere = other_days(row)
    home: set[int] = set()
    for d in ctx.of("SERVICE"):
        k = place[d.first]
        found = forms.first("services.given", row, k)
        here = not visit and k not in elsewhere
        d.value = {**(d.value or {}), "given": here and found is not None and found.form.gives == "yes"}
        if d.source == BY_TIME and found is not None and found.form.id == "for_home":
            home.add(id(d))
    ctx.drafts = [d for d in ctx.drafts if id(d) not in home]


# what says of the whole document that nothing was given, whatever stands in it
WHOLE = frozenset({"scheduled", "ordered", "planned", "reported", "not_given"})


def held_after_all(ctx: Context, row: Row, visit: str, place: int) -> bool:
    """Whether minutes of a service or times in and out are told after the word, at `place`, that denies the visit."""
    if visit in WHOLE:
        return False
    after = row.tokens[place].end
    told = [d for d in ctx.of("DURATION") if d.start > after]
    times = [d for d in told if d.attribute == "clock"]
    return len(times) > 1 or any((d.attribute or "").startswith(("code_minutes", "timed_total")) for d in told)


def withdraw(ctx: Context, visit: str) -> None:
    """Take back the minutes and clock times of a visit that did not take place; an evaluation without treatment keeps its own."""
    evaluations = _families()[0][1] | _families()[1][1]

    def stays(d: Draft) -> bool:
        own = visit == "not_given" and (d.value or {}).get("code") in evaluations
        return d.label != "DURATION" or d.attribute == "plan" or own

    ctx.drafts = [d for d in ctx.drafts if stays(d)]
    for d in ctx.of("SERVICE"):
        if visit == "not_given" and d.attribute in evaluations:
            d.value = {**(d.value or {}), "given": True}


def read_visit(forms: Forms, row: Row) -> tuple[str, int]:
    """Why no care was given at all and the place of the word that says so.

    `scheduled`, `cancelled`, `refused`, `held`, `planned`, `ordered`, `reported`, `not_given`; ``""`` where the visit took place.
    """
    why, place = _told(forms, row, "not_held")
    if why and not _told(forms, row, "held")[0]:
        return why, place
    therapists = frozenset(stem(w) for w in resource(VISITS)["words"]["therapist"])
    signed = any(t.word in therapists or (t.word == "pt" and row.tokens[k - 1].word == ",") for k, t in enumerate(row.tokens))
    return ("", 0) if signed else _told(forms, row, "reported")


def exercise_denied(forms: Forms, row: Row) -> bool:
    """Whether the note says that no exercise was given."""
    return bool(_told(forms, row, "no_exercise")[0])


def _told(forms: Forms, row: Row, name: str) -> tuple[str, int]:
    """What the first form of a group that fits anywhere says, and where; ``""`` where none does."""
    words = frozenset(stem(w) for w in resource(VISITS)["words"][name])
    elsewhere = other_days(row)
    for k, token in enumerate(row.tokens):
        if token.word in words and k not in elsewhere:
            found = forms.first(f"visits.{name}", row, k)
            if found is not None and found.form.gives != "none":
                return found.form.gives, k
    return "", 0
