"""DURATION spans with their attribute."""

from __future__ import annotations

import re

from therex.nlp.context import Context

_AMOUNT = ("q_minutes", "q_hm", "q_number")
_NO_CARE = re.compile(
    r"\b(?:before|after|every|within|for up to|can (?:sit|stand|walk|drive)|able to|unable|tolerat|sit|stand|drive|walk(?:s|ed)?|lasting|lasts|>|<|goal|onset|ago|wait|rest of|until|recover|more than|about a|late|x-ray|nap)\b[^.;\n]*$"
)
_SEEN = re.compile(
    r"\b(?:seen(?: for)?|session(?: of)?|treated(?: for)?|for a total of|total(?: of)?|visit of|treatment lasted|1:1 for|one[- ]on[- ]one|1:1)\b[^.;\n]{0,30}$"
)


def draft_durations(ctx: Context) -> None:
    """DURATION: minutes of care, clock times, frequency and length of care; HEP minutes and holds stay unmarked."""
    minutes_column = False
    for i, j in ctx.lines():
        text = ctx.text(i, j)
        if re.search(
            r"\b(?:minutes|min|mins|time)\b.{0,12}\bunits?\b|\bunits?\b.{0,12}\b(?:minutes|min|mins|time)\b", text
        ) and not ctx.any(i, j, "q_number", "q_minutes"):
            minutes_column = True
        elif not text.strip():
            minutes_column = False
        for k in range(i, j):
            u = ctx.units[k]
            if ctx.covered(k, k + 1, "MEASURE") or u.quantity is None:
                continue
            kind = u.quantity.kind
            if kind == "frequency":
                if ctx.has(k - 1, "deficit"):
                    continue
                if ctx.kinds[k] == "hep" and re.match(r"\w+ (?:visits?|sessions?)\b", u.word):
                    ctx.add("DURATION", k, k + 1, "rule:duration.plan", "plan")
                elif ctx.kinds[k] not in ("subjective", "history", "goals", "hep", "medications") or (
                    ctx.kinds[k] == "goals" and _plan_line(text)
                ):
                    if not re.search(r"\b(?:hep|exercises? at home|home exercises?|home program)\b[^.;]*$", ctx.text(i, k)):
                        ctx.add("DURATION", k, k + 1, "rule:duration.plan", "plan")
            elif kind == "clock":
                if _clock_ok(ctx, i, k):
                    ctx.add("DURATION", k, k + 1, "rule:duration.clock", "clock")
            elif kind == "number" and _military(ctx, k):
                ctx.add("DURATION", k, k + 1, "rule:duration.clock", "clock")
            elif kind == "distance" and _short_minutes(ctx, k):
                _amount(ctx, i, j, k, minutes_column)
            elif kind in ("score", "bp", "date"):
                _timed_and_total(ctx, i, j, k)
            elif f"q_{kind}" in _AMOUNT:
                _amount(ctx, i, j, k, minutes_column)


def draft_exercise_times(ctx: Context) -> None:
    """Minutes right after the dose or the name of an exercise that was found late."""
    for k, u in enumerate(ctx.units):
        if u.quantity is None or u.quantity.kind != "minutes" or ctx.kinds[k] not in ("treatment", "", "objective"):
            continue
        at = k - 1 if ctx.has(k - 1, "comma", "lp", "for", "dash") else k
        if not 0 < u.quantity.numbers[0] <= 60 or ctx.covered(k, k + 1, "DURATION", "DOSE", "MEASURE", "GOAL", "LIMITATION"):
            continue
        if (
            ctx.covered(at - 1, at, "DOSE", "EXERCISE")
            and not ctx.any(k + 1, k + 3, "service", "q_code")
            and not re.match(r" ?(?:on|off)\b", ctx.surface.norm[u.end : u.end + 5])
        ):
            n = u.quantity.numbers[0]
            ctx.add("DURATION", k, k + 1, "rule:duration.exercise_late", f"exercise_time={n:g}", {"minutes": int(n) if n == int(n) else n})


def _military(ctx: Context, k: int) -> bool:
    """`Time in: 0915`: four figures after the label of a clock time."""
    at = k - 2 if ctx.has(k - 1, "colon") else k - 1
    labelled = at < k - 1 or re.search(r"time|start|stop|began|ended", ctx.units[at].word) is not None
    return labelled and ctx.has(at, "time_in") and re.fullmatch(r"(?:0[5-9]|1\d|2[0-2])[0-5]\d", ctx.units[k].word) is not None


def _short_minutes(ctx: Context, k: int) -> bool:
    """`Ther ex 25m`: right after a service, or written close after sets, m stands for minutes."""
    u = ctx.units[k]
    if re.fullmatch(r"\d{1,2}m", u.word) and ctx.has(k - 1, "q_dose") and not ctx.covered(k, k + 1, "DOSE"):
        # `tke blue 3x15 8m`
        return True
    return re.fullmatch(r"\d{1,2} ?m", u.word) is not None and ctx.covered(k - 1, k, "SERVICE") and not ctx.covered(k, k + 1, "SERVICE")


def _timed_and_total(ctx: Context, i: int, j: int, k: int) -> None:
    """`40/45 min. 97110 x2`: timed and total minutes on one line with the codes, or alone on the last lines of a note."""
    u = ctx.units[k]
    m = re.fullmatch(r"(\d{1,3})( *(?:min(?:utes)?)? */ *)(\d{1,3})", ctx.surface.norm[u.start : u.end].strip())
    if m is None or not 8 <= int(m[1]) <= int(m[3]) <= 150:
        return
    if ctx.has(k + 1, "colon"):
        # a date that opens its line
        return
    beside = ctx.any(k + 1, min(j, k + 4), "q_code") or (k > i and ctx.has(k - 1, "q_code", "timed"))
    if k > i and not ctx.has(k - 1, "bullet", "dash", "dot", "timed", "colon"):
        return
    alone = k == i and (j == k + 1 or ctx.has(k + 1, "dot", "comma", "word")) and u.start > len(ctx.surface.norm) * 0.7
    timed = sum(float((d.attribute or "=0").split("=")[1]) for d in ctx.of("DURATION") if (d.attribute or "").startswith("code_minutes"))
    if not beside and not (alone and timed == int(m[1])):
        return
    for kind, group in (("timed_total", 1), ("session_total", 3)):
        draft = ctx.add("DURATION", k, k + 1, "rule:duration.timed_and_total", f"{kind}={int(m[group])}", {"minutes": int(m[group])})
        if draft is not None:
            draft.start, draft.end = u.start + m.start(group), u.start + m.end(group)


def _billing_beside(ctx: Context, k: int, j: int) -> bool:
    """Whether a code with its units follows the sentence of unit `k`."""
    return re.match(r"[ .]*(?:cpt )?(?:9\d{4}|g0283)(?:-\w\w)? *[,x(:-] *\d", ctx.surface.norm[ctx.units[k].end :][:24]) is not None


def _plan_line(text: str) -> bool:
    return bool(re.search(r"plan|pt |frequency|seen", text))


def _clock_ok(ctx: Context, i: int, k: int) -> bool:
    if ctx.kinds[k] in ("signature", "medications", "history"):
        return False
    before = ctx.text(max(i, ctx.sentence(k)[0]), k)[-300:]
    if re.search(r"signed|dictated|printed|\bon \d|woke|awake|bed|meds?\b|until", before):
        return False
    q = ctx.units[k].quantity
    ranged = q is not None and len(q.numbers) >= 3
    return (
        ranged
        or ctx.any(max(i, k - 4), k, "time_in", "total")
        or bool(
            re.search(r"(?:\b(?:in|out|arrive|depart|start|stop)[: ]*)$", before)
            and re.search(r"\b(?:in|out)\b[^a-z]*\d{1,2}:\d\d.{0,12}\bout\b", ctx.text(*ctx.sentence(k)))
        )
        or (ctx.has(k - 1, "q_clock", "dash") and ctx.covered(k - 2, k, "DURATION"))
        or bool(re.search(r"(?:arrived|left|began|start|end|in|out|from|session|time)\b[^a-z]*$", before))
    )


def _number_is_minutes(ctx: Context, i: int, j: int, k: int, column: bool) -> bool:
    """Whether a bare number stands where minutes stand: after a label, in brackets after a service, in a table cell."""
    q = ctx.units[k].quantity
    if q is None or len(q.numbers) != 1 or not 1 <= q.numbers[0] <= 240 or q.numbers[0] != int(q.numbers[0]):
        return False
    today = _column_of_today(ctx, i, j) if _gap(ctx, k - 1, k) >= 2 else -1
    if today >= 0:
        return k == today and any(True for _ in ctx.begun(i, k, "SERVICE"))
    prev = ctx.text(max(i, k - 4), k)
    if ctx.has(k - 1, "colon") and ctx.has(k - 2, "total", "timed") and q.numbers[0] >= 5:
        return True
    if ctx.has(k - 1, "total", "timed") and _gap(ctx, k, k + 1) >= 2:
        return True
    if (
        re.search(r"(?:min(?:ute)?s?|mins?|time|duration|timed|total|tot|ttcm|ttt|tx)\)? *[:=\-|]? *$", prev)
        and ctx.any(max(i, k - 5), k, "timed", "total", "service", "untimed", "time_in", "q_code")
        and not re.search(r"units?\W*$|visits?\W*$|score|time (?:in|out)|start|end", prev)
    ):
        return True
    if (
        ctx.has(k + 1, "timed", "total")
        and q.numbers[0] >= 8
        and not (ctx.has(k + 2, "colon", "q_number") and ctx.any(max(i, k - 3), k, "timed", "total", "untimed"))
    ):
        return True
    if re.search(r"\b(?:timed|total|tot|ttcm|ttt|tt)\b[^a-z\d]*$", prev):
        return not ctx.has(k + 1, "units_word", "q_units") and not re.search(r"total units|visits", prev)
    if ctx.has(k - 1, "lp") and ctx.has(k + 1, "rp") and ctx.covered(k - 2, k - 1, "SERVICE"):
        # a small number in brackets after a code is its units
        return q.numbers[0] > 8 or (q.numbers[0] > 4 and not ctx.has(k - 2, "q_code"))
    if (
        ctx.has(k - 1, "q_code")
        and ctx.kinds[k] in ("treatment", "", "objective")
        and q.numbers[0] >= 5
        and (ctx.covered(k + 1, k + 2, "EXERCISE", "SERVICE") or ctx.has(k + 1, "exercise", "exhead"))
        and not ctx.has(k + 1, "q_code")
        and _gap(ctx, k - 1, k) == 1
    ):
        # `97110 20 pendulums 2x10`
        return True
    service = any(True for _ in ctx.begun(i, k, "SERVICE"))
    if ctx.has(k - 1, "slash") and ctx.covered(k - 2, k - 1, "SERVICE") and ctx.has(k + 1, "slash") and q.numbers[0] >= 5:
        # `97110 / 22 / active hook to tabletop`: cells parted by strokes
        return True
    if ctx.has(k - 1, "total") and ctx.any(i, k - 1, "timed") and q.numbers[0] >= 8:
        # `timed 43 min, session 45`
        return True
    if (service and ctx.has(k - 1, "pipe")) or (column and service and _gap(ctx, k - 1, k) >= 2):
        earlier = [x for x in range(i, k) if ctx.has(x, "q_number", "q_minutes")]
        later = [x for x in range(k + 1, j) if ctx.has(x, "q_number", "q_units")]
        return not earlier and (bool(later) or q.numbers[0] > 4)
    if (
        service
        and ctx.kinds[k] in ("treatment", "billing", "objective", "")
        and ctx.covered(k - 1, k, "SERVICE")
        and q.numbers[0] >= 8
        and (
            not ctx.any(*ctx.sentence(k), "q_minutes")
            or _in_brackets(ctx, k)
            or _sums_up(ctx, k)
            or ctx.has(k + 1, "colon")
            or _sum_is_total(ctx)
        )
    ):
        return (
            ctx.has(k + 1, "comma", "dot", "br", "semi", "slash", "service", "pipe", "q_code", "rp", "colon", "with")
            or k + 1 >= j
            or _sum_is_total(ctx)
        )
    if service and _gap(ctx, k - 1, k) >= 3 and q.numbers[0] >= 5 and not any(ctx.has(x, "q_number", "q_minutes") for x in range(i, k)):
        return True
    return False


def _column_of_today(ctx: Context, i: int, j: int) -> int:
    """The unit of a row `97110 min   26   28   31` that stands under the latest date of the head of the table; -1 if none."""
    cells = [x for x in range(i, j) if ctx.has(x, "q_number") and _gap(ctx, x - 1, x) >= 2]
    if len(cells) < 2:
        return -1
    start = ctx.units[i].start
    for line in reversed(ctx.surface.norm[max(0, start - 1500) : start].split("\n")):
        dates = re.findall(r"\b(\d{1,2})/(\d{1,2})\b", line)
        if len(dates) >= 2:
            days = [(int(m), int(d)) for m, d in dates]
            return cells[days.index(max(days))] if len(days) == len(cells) else -1
    return -1


def _sums_up(ctx: Context, k: int) -> bool:
    """`45 minutes, TE 25 / TA 20`: bare numbers right after services, whose sum is the minutes of the sentence."""
    first, last = ctx.sentence(k)
    stated = [u.quantity.numbers[0] for u in ctx.units[first:last] if u.quantity is not None and u.quantity.kind == "minutes"]
    parts = [
        u.quantity.numbers[0]
        for n, u in enumerate(ctx.units[first:last], first)
        if u.quantity is not None and u.quantity.kind == "number" and u.quantity.numbers and ctx.covered(n - 1, n, "SERVICE")
    ]
    return len(parts) > 1 and sum(parts) in stated


def _sum_is_total(ctx: Context) -> bool:
    """Whether the bare numbers after services, all over the note, add up to the minutes that it states as its timed total."""
    parts, totals = [], []
    for n, u in enumerate(ctx.units):
        if u.quantity is None or u.quantity.kind not in ("number", "minutes") or not u.quantity.numbers:
            continue
        if ctx.has(n - 1, "timed") or (ctx.has(n - 1, "colon") and ctx.has(n - 2, "timed")):
            totals.append(u.quantity.numbers[0])
        elif (
            u.quantity.numbers[0] >= 5
            and ctx.kinds[n] in ("treatment", "", "objective", "billing")
            and (ctx.covered(n - 1, n, "SERVICE") or (ctx.has(n - 1, "colon") and ctx.covered(n - 2, n - 1, "SERVICE")))
        ):
            parts.append(u.quantity.numbers[0])
    return len(parts) > 1 and sum(parts) in totals


def _in_brackets(ctx: Context, k: int) -> bool:
    """`40 minutes timed (TE 25, NMR 15)`: services and their minutes listed in brackets after a total."""
    a, b = k, k + 1
    while a > 0 and ctx.has(a, "service", "q_code", "q_number", "comma", "semi", "and", "q_minutes", "slash"):
        a -= 1
    while b < len(ctx.units) and ctx.has(b, "service", "q_code", "q_number", "comma", "semi", "and", "q_minutes", "slash"):
        b += 1
    return ctx.has(a, "lp") and ctx.has(b, "rp")


def _gap(ctx: Context, a: int, b: int) -> int:
    return ctx.surface.norm[ctx.units[a].end : ctx.units[b].start].count(" ") if 0 <= a < b < len(ctx.units) else 0


def _amount(ctx: Context, i: int, j: int, k: int, column: bool) -> None:
    q = ctx.units[k].quantity
    assert q is not None
    if q.kind == "number" and not _number_is_minutes(ctx, i, j, k, column):
        return
    n = q.numbers[0] if q.kind != "hm" else q.numbers[-1]
    if n <= 0 or n > 480:
        return
    n_text = str(int(n)) if n == int(n) else str(n)
    kind, code, source = _role(ctx, i, j, k, q.kind)
    if not kind:
        return
    value: dict[str, object] = {"minutes": int(n) if n == int(n) else n}
    if code:
        value["code"] = code
    if kind in ("timed_total", "session_total") and re.search(
        r"\b(?:timed and total|total and timed)\b[^.;]*$", ctx.text(max(i, k - 6), k)
    ):
        kind, value["also"] = "timed_total", "session_total"
    draft = ctx.add("DURATION", k, k + 1, f"rule:duration.{source}", f"{kind}={n_text}", value)
    if draft is not None and ctx.surface.norm[draft.start] == "x":
        draft.start = next(x for x in range(draft.start, draft.end) if ctx.surface.norm[x].isdigit())


def _labels_lead(ctx: Context, k: int) -> bool:
    """Whether a number right after a service stands in `TE 25 MT 20 timed 45 total 50`: the labels come before their numbers.

    A row that ends with a label (`TE 40 timed 45 total`) has them after.
    """
    if not ctx.covered(k - 1, k, "SERVICE"):
        return False
    label = False
    for x in range(k + 1, min(k + 12, len(ctx.units))):
        if ctx.has(x, "timed", "total", "untimed"):
            label = True
        elif ctx.has(x, "q_number", "q_minutes"):
            if not label:
                return False
            label = False
        elif not (ctx.has(x, "colon", "comma", "minutes_word") or ctx.units[x].word in ("min", "mins", "minutes", "time", "tx")):
            return not label and x > k + 1
    return not label


def _role(ctx: Context, i: int, j: int, k: int, kind: str) -> tuple[str, str, str]:
    """(attribute, code, rule) of minutes at unit `k` of the line `i` to `j`; an empty attribute where they are no care."""
    if re.match(
        r" ?(?:per|a|each|/) ?(?:session|visit|tx|treatment|day)\b(?!:? ?\d)", ctx.surface.norm[ctx.units[k].end : ctx.units[k].end + 20]
    ):
        # how long a visit is to be, not how long this one was
        return "", "", ""
    if re.match(
        r" ?(?:on|off)\b(?! \w+ (?:mat|bike|table|step|tread))", ctx.surface.norm[ctx.units[k].end : ctx.units[k].end + 16]
    ) and re.search(r"\boff\b", ctx.text(k, min(k + 5, j))):
        # `2 min on/2 min off`: work and rest, a dose
        return "", "", ""
    section = ctx.kinds[k]
    a = max(i, k - 7)
    first, last = ctx.sentence(k)
    if last - first <= 1 or ctx.has(first - 1, "colon", "rp", "dash"):
        # the service stands in the heading of this line
        first = i
        last = j if last <= k + 1 else last
    first, last = max(first, i), min(last, j)
    left = ctx.text(a, k)
    prev_amount = max((d.last for d in ctx.begun(i, k, "DURATION") if d.attribute != "clock"), default=i)
    prev = next((d for d in reversed(ctx.drafts) if d.label == "DURATION" and d.last == prev_amount), None)
    if prev is not None and prev.source.endswith("_after"):
        while prev_amount < k and not ctx.has(prev_amount, "slash", "comma", "semi", "dot", "pipe", "br"):
            prev_amount += 1
    label_from = max(a, prev_amount)
    # a label before it
    labelled = ""
    for x in range(k - 1, label_from - 1, -1):
        if ctx.has(x, "untimed"):
            return "", "", ""
        if ctx.has(x, "timed"):
            labelled = "timed_total"
            break
        if ctx.has(x, "total"):
            labelled = "session_total" if ctx.units[x].word not in ("session",) or kind == "minutes" else ""
            break
        if ctx.has(x, "service", "exercise", "q_code", "dot", "semi", "q_clock", "activity", "measure", "body"):
            break
    right = [x for x in range(k + 1, min(k + 4, j)) if not ctx.has(x, "lp", "of", "dash", "word", "comma") or ctx.has(x, "timed", "total")]
    if right and not labelled and not ctx.any(k + 1, right[0], "comma", "semi", "slash") and not _labels_lead(ctx, k):
        if ctx.has(right[0], "timed"):
            return "timed_total", "", "timed_after"
        if ctx.has(right[0], "total") and not ctx.has(right[0] + 1, "colon", "q_number"):
            return "session_total", "", "total_after"
    if labelled == "timed_total":
        return "timed_total", "", "timed"
    if re.search(
        r"\b(?:rest(?:ed|ing|s)?|back to \S+ (?:in|within|after)|(?:gone|settled|eased|resolved|recovered|subsided|down|baseline)\b.{0,14}\b(?:in|within|after)) *(?:for |x *|about )?$",
        ctx.text(max(first, k - 8), k),
    ):
        # how long a rest or a reaction lasted
        return "", "", ""
    if section == "plan" and re.search(r"\b(?:if|when|once|to|as) *$|\bto *$", ctx.text(k - 1, k)) and not ctx.any(a, k, "timed", "total"):
        return "", "", ""
    if labelled == "session_total" and not re.search(r"total units|per (?:session|visit|day|week|tx)\b", left):
        return "session_total", "", "total"
    if (
        kind == "number"
        and ctx.has(k - 1, "word", "total")
        and ctx.units[k - 1].word == "time"
        and (k - 1 == i or _gap(ctx, k - 2, k - 1) > 1)
        and _billing_beside(ctx, k, j)
    ):
        # `Time 30   97110 x2`
        return "session_total", "", "time"
    if re.search(r"\b(?:each|per|every) (?:session|visit)[^.]{0,12}$", ctx.text(max(first, k - 6), k)):
        # how long a visit is to be
        return "", "", ""
    if kind == "minutes" and ctx.has(k - 1, "gt", "lt"):
        return "", "", ""
    if (
        kind == "minutes"
        and k == first
        and ctx.has(k + 1, "comma", "colon", "dash", "lp")
        and ctx.covered(k + 2, k + 3, "SERVICE")
        and ctx.has(k + 3, "q_number")
    ):
        return "session_total", "", "seen"
    if (
        kind == "minutes"
        and ctx.has(k - 1, "colon")
        and ctx.units[k - 2].word == "time"
        and (k < 3 or ctx.has(k - 3, "dot", "br", "semi", "pipe"))
    ):
        return "session_total", "", "time"
    if section in ("hep", "goals", "subjective", "history", "medications"):
        return "", "", ""
    if kind == "minutes" and re.search(
        r"(?:^|[.;] *|timed:? \d+ *)(?:visit|session|tx|treatment)(?: time| length| was| lasted)?:? *$", ctx.text(max(i, k - 4), k)
    ):
        return "session_total", "", "seen"
    if kind == "minutes" and ctx.has(k - 1, "lp") and ctx.has(k + 1, "rp") and ctx.has(k - 2, "q_clock"):
        # `in 10:02 out 10:40 (38 min)`
        return "session_total", "", "clocked"
    if kind == "minutes" and k == first and (k + 1 >= last or (k + 2 >= last and ctx.has(k + 1, "dot"))) and _billing_beside(ctx, k, j):
        # `30 min. 97110 x2`
        return "session_total", "", "beside_units"
    if (
        kind == "minutes"
        and ctx.has(k - 1, "comma")
        and ctx.has(k - 2, "q_xreps", "q_units", "word")
        and re.search(r"(?:9\d{4}|g0283)\W{0,3}(?:x ?\d|\d ?u(?:nits?)?) *, *$", ctx.text(max(i, k - 4), k))
    ):
        # `97110 x2, 97140 x1, 45 min`; after one code alone they are its minutes
        if len(re.findall(r"\b9\d{4}\b|g0283", ctx.text(first, k))) > 1:
            return "session_total", "", "beside_units"
    # "15 minutes of manual therapy", "30 minutes on ther ex", "20 min: SLR"
    s = next(
        (
            d
            for d in ctx.drafts
            if d.label == "SERVICE"
            and d.first in range(k + 1, min(k + 4, last))
            and not ctx.any(k + 1, d.first, "comma", "dot", "semi", "br", "slash")
            and ctx.units[k + 1].word.split(" ")[0] not in ("while", "as", "when")
        ),
        None,
    )
    if s is None and ctx.has(k - 1, "for"):
        # `For fifteen minutes the therapist provided manual therapy`
        far = next((d for d in ctx.drafts if d.label == "SERVICE" and k + 4 <= d.first <= min(k + 8, last)), None)
        if far is not None and re.fullmatch(
            r"(?:,? *(?:the |this )?(?:\w+ ){1,3}?)?(?:provided|performed|received|gave|did|completed|delivered|was given|underwent|worked on|worked through)(?: \w+)? *",
            ctx.text(k + 1, far.first),
        ):
            return "code_minutes", far.attribute or "", "of_service"
    before = list(ctx.begun(first, k, "SERVICE"))
    nearest = before[-1] if before else None
    prev_m = [d for d in ctx.begun(first, k, "DURATION") if (d.attribute or "").startswith("code")]
    between = nearest is not None and any(nearest.last <= d.first for d in prev_m)
    if s is not None and (ctx.any(k + 1, s.first, "of", "in", "for") or nearest is None or between):
        return "code_minutes", s.attribute or "", "of_service"
    ex = list(ctx.begun(first, k, "EXERCISE"))
    nearest_ex = ex[-1] if ex else None
    held = re.search(r"planned|declined|held|deferred", ctx.text(first, k)) if nearest is None else None
    if nearest_ex is not None and not held and (nearest is None or nearest_ex.first > nearest.first):
        gap = ctx.text(nearest_ex.last, k)
        if not ctx.any(nearest_ex.last, k, "semi", "br", "dot", "pron") and len(gap) < 45 and k - nearest_ex.last <= 8:
            return "exercise_time", "", "exercise"
        return "", "", ""
    if nearest is not None and ctx.has(nearest.first - 1, "slash", "plus") and ctx.covered(nearest.first - 2, nearest.first - 1, "SERVICE"):
        joined = [d.attribute for d in before if d.attribute and d.first >= nearest.first - 2]
        stated = {d.attribute for d in ctx.of("SERVICE") if ctx.has(d.first, "q_code")}
        return "code_minutes", next((c for c in joined if c in stated and c != "97010"), ""), "services_joined"
    if nearest is not None and not between:
        if nearest.attribute == "97150" and ctx.kinds[k] == "subjective":
            return "", "", ""
        return "code_minutes", nearest.attribute or "", "service"
    if nearest is None and ctx.has(i, "q_code"):
        return "code_minutes", ctx.units[i].word.upper(), "code_line"
    if re.search(r"(?:^|[.;|,] *|\b(?:treatment|total|session|visit|tx|total tx) )time:? *$", left) and nearest is None:
        return "session_total", "", "time"
    if (
        _SEEN.search(left)
        or ctx.any(k + 1, k + 3, "time_in")
        or re.search(
            r"^ *(?:min(?:ute)?s? )?(?:1:1|one[- ]on[- ]one|individual|session|treatment|visit|tx)",
            ctx.text(k + 1, min(k + 4, j)) if k + 1 < j else "",
        )
    ):
        n = ctx.units[k].quantity.numbers[0] if ctx.units[k].quantity else 0  # type: ignore[union-attr]
        if n < 8:
            return "", "", ""
        return ("session_total", "", "seen") if not _NO_CARE.search(left) or _SEEN.search(left) else ("", "", "")
    return "", "", ""
