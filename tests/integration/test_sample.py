"""`therex sample`: the frame, the draw, and the file."""

import csv
import json
import stat

import pytest

NOTES = [
    ("TE 97110 25 min: SLR 3x10 R for quad strength to climb stairs; VC for lag; pain 5/10 -> 3/10. {}", "Ito", "North", "28.50"),
    ("Ther ex per flowsheet. Tolerated well. {}", "Roe", "South", "57"),
    ("Ultrasound R shoulder 8 min. No exercise today. {}", "Vega", "North", ""),
]


@pytest.fixture
def period(tmp_path):
    path = tmp_path / "period.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle)
        out.writerow(["note_id", "text", "therapist", "clinic", "date", "paid"])
        for n in range(60):
            text, who, clinic, paid = NOTES[n % 3]
            out.writerow([f"n{n}", text.format(f"Visit {n}."), who, clinic, f"2026-0{7 + n % 3}-11", paid])
    return path


def drawn(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_stratified_sample_is_drawn_and_drawn_again(run, period, tmp_path):
    out = tmp_path / "sample.json"
    code, told, err = run("sample", str(period), "-o", str(out), "-n", "20", "--by", "clinic", "--group", "therapist", "--amount", "paid")
    assert (code, err) == (0, "") and "20 notes drawn at random from 60" in told
    sample = drawn(out)
    picks = [i["pick"] for i in sample["items"]]
    assert picks.count("random") == 20 and picks.count("spare") == 5
    assert [(s["key"]["clinic"], s["population"], s["sampled"]) for s in sample["frame"]["strata"]] == [("North", 40, 13), ("South", 20, 7)]
    assert all(i["record"]["status"] == "ok" and i["source"]["therapist"] for i in sample["items"])
    assert {i["amount"] for i in sample["items"] if i["source"]["therapist"] == "Ito"} == {28.5}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert run("sample", str(period), "--like", str(out))[:2] == (0, "the same notes and the same sample: 25 notes\n")


def test_another_seed_draws_other_notes_and_a_larger_sample_holds_the_smaller(run, period, tmp_path):
    def ids(name, *more):
        run("sample", str(period), "-o", str(tmp_path / name), *more)
        return {i["note_id"] for i in drawn(tmp_path / name)["items"] if i["pick"] == "random"}

    small, large = ids("a", "-n", "10"), ids("b", "-n", "20")
    assert len(small) == 10 and small < large and ids("c", "-n", "10", "--seed", "2") != small


def test_a_frame_that_changed_is_refused(run, period, tmp_path):
    out = tmp_path / "sample.json"
    run("sample", str(period), "-o", str(out), "-n", "10")
    period.write_text(period.read_text(encoding="utf-8").replace("Visit 7.", "Visit 77."), encoding="utf-8")
    code, told, err = run("sample", str(period), "--like", str(out))
    assert (
        (code, told) == (2, "")
        and err.startswith("therex: --like: the notes or their groups differ from those of the file")
        and err.count("\n") == 1
    )


def test_exclusions_are_counted_and_picks_by_risk_and_doubt_are_apart(run, period, tmp_path):
    out = tmp_path / "sample.json"
    code, told, _ = run(
        "sample", str(period), "-o", str(out), "-n", "10", "--exclude", "line=no_97110", "--risk", "3", "--uncertain", "3", "--calibration", "2",
        "--spares", "0", "--by", "verdict", "--allocation", "neyman",
    )  # fmt: skip
    sample = drawn(out)
    assert code == 0 and sample["frame"]["excluded"] == {"--exclude line=no_97110": 20} and "excluded: 20" in told
    picks = [i["pick"] for i in sample["items"]]
    assert [picks.count(k) for k in ("random", "risk", "uncertain", "calibration")] == [10, 3, 3, 2] and picks[:2] == ["calibration"] * 2
    risky = [i["record"]["line"]["status"] for i in sample["items"] if i["pick"] == "risk"]
    assert risky == ["hold"] * 3 and len({i["note_id"] for i in sample["items"]}) == 18


def test_sizes_without_notes(run):
    code, told, _ = run("sample", "--population", "2000", "--expected", "0.1")
    assert code == 0 and "144 (130)" in told and "Discovery" in told and "58" in told


def test_sizes_for_an_amount(run):
    code, told, _ = run("sample", "--population", "100", "--mean", "50", "--deviation", "20")
    assert code == 0 and "mean 50.00 and standard deviation 20.00" in told and "39" in told.split("10%")[-1].split("15%")[0]
    assert run("sample", "--population", "100", "--mean", "50")[0] == 2


def _less(told):
    del told["items"][0]


def _weighted(told):
    told["frame"]["strata"][0]["population"] += 1


def _reworded(told):
    told["items"][0]["text"] += " R. Roe, PT"


def _seen(told):
    told["design"]["blind"] = False


@pytest.mark.parametrize("alter", [_less, _weighted, _reworded, _seen])
def test_an_altered_sample_is_refused(run, period, tmp_path, alter):
    out = tmp_path / "sample.json"
    run("sample", str(period), "-o", str(out), "-n", "5")
    told = drawn(out)
    alter(told)
    out.write_text(json.dumps(told), encoding="utf-8")
    code, _, err = run("sample", str(period), "--like", str(out))
    assert code == 2 and "altered after the sample was drawn" in err


def test_a_note_that_the_tool_cannot_read_is_no_part_of_the_frame(run, period, tmp_path):
    with period.open("a", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerow(["long", "TE 25 min. " * 30_000, "Ito", "North", "2026-07-11", "5"])
    out = tmp_path / "sample.json"
    assert run("sample", str(period), "-o", str(out), "-n", "60")[0] == 0
    assert drawn(out)["frame"]["excluded"] == {"not read: too_large": 1} and len(drawn(out)["items"]) == 60


def test_what_fails_only_when_it_is_drawn_leaves_the_frame_too(monkeypatch):
    from therex.analysis import Analyzer
    from therex.batch.local import Setup
    from therex.qa.drawing import make_sample
    from therex.types import Assessment, Note

    whole = Analyzer.assess
    monkeypatch.setattr(
        Analyzer,
        "assess",
        lambda self, note, charges=(): (
            Assessment(note.note_id, error=("internal", "")) if "bad" in note.text else whole(self, note, charges)
        ),
    )
    notes = [Note(f"n{n}", "bad" if n % 3 == 0 else "TE 25 min: SLR 3x10") for n in range(12)]
    design = {
        "seed": 1, "size": 6, "precision": None, "confidence": 0.95, "expected": 0.5, "by": [], "allocation": "equal", "only": [], "exclude": [],
        "group": [], "amount": None, "risk": 0, "uncertain": 0, "calibration": 0, "spares": 0.2, "rates": [],
    }  # fmt: skip
    told = make_sample(lambda: notes, Setup("cms", "2026-11-25"), design, 1, lambda items, total: items)
    assert all(i["record"]["status"] == "ok" for i in told["items"]) and [i["pick"] for i in told["items"]].count("random") == 6
    assert told["frame"]["notes"] + told["frame"]["excluded"]["not read: internal"] == 12


def test_a_probe_of_other_strata_is_refused(run, period, tmp_path):
    probe = tmp_path / "probe.json"
    probe.write_text(
        json.dumps({"line_errors": {"estimate": 0.1}, "strata": [{"key": {"clinic": "West"}, "estimate": 0.2}]}), encoding="utf-8"
    )
    args = (
        "sample",
        str(period),
        "-o",
        str(tmp_path / "s.json"),
        "-n",
        "20",
        "--by",
        "clinic",
        "--allocation",
        "neyman",
        "--probe",
        str(probe),
    )
    code, _, err = run(*args)
    assert code == 2 and "no stratum of the earlier report is in this sample" in err
    probe.write_text(probe.read_text(encoding="utf-8").replace("West", "North"), encoding="utf-8")
    assert run(*args)[0] == 0


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["-n", "500"], "fewer than the 500"),
        (["--by", "ward", "-n", "5"], "has no column of that name"),
        (["-n", "5", "--only", "clinic"], "COLUMN=VALUE"),
        (["-n", "5", "--only", "clinic=West"], "all 60 notes are excluded"),
        (["--by", "therapist"], "--size or --precision is required"),
        (["-n", "5", "--amount", "clinic"], "is not a number"),
        (["-n", "5", "--probe", "nothing.json"], "--probe"),
        (["-n", "5", "--by", "patient"], "no note has a value for patient"),
        (["-n", "5", "--like", "other.json"], "--like takes the design from the file"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(run, period, tmp_path, more, why):
    code, told, err = run("sample", str(period), "-o", str(tmp_path / "s.json"), *more)
    assert (code, told) == (2, "") and why in err and err.count("\n") == 1 and not (tmp_path / "s.json").exists()


def test_a_sample_is_not_written_over_another(run, period, tmp_path):
    out = tmp_path / "sample.json"
    assert run("sample", str(period), "-o", str(out), "-n", "10")[0] == 0
    before = out.read_text(encoding="utf-8")
    code, told, err = run("sample", str(period), "-o", str(out), "-n", "5")
    assert (code, told) == (2, "") and "a different sample of" in err and out.read_text(encoding="utf-8") == before
    assert run("sample", str(period), "-o", str(out), "-n", "10")[0] == 0


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (("--exclude", "line=no97110"), "line must be one of ready, review, hold, no_97110"),
        (("--only", "verdict=suported"), "verdict must be one of supported"),
        (("--exclude", "clinc=West"), "column"),
    ],
)
def test_a_condition_that_no_note_can_meet_is_refused(run, period, tmp_path, condition, why):
    code, _, err = run("sample", str(period), "-o", str(tmp_path / "s.json"), "-n", "5", *condition)
    assert code == 2 and why in err and not (tmp_path / "s.json").exists()


def test_a_condition_that_leaves_out_no_note_says_so(run, period, tmp_path):
    code, told, _ = run("sample", str(period), "-o", str(tmp_path / "s.json"), "-n", "5", "--exclude", "clinic=East")
    assert code == 0 and "excluded: 0 (--exclude clinic=East)" in told
