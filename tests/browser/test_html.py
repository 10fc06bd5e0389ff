"""The HTML report: text is data, and a browser shows it."""

import re
import subprocess
from pathlib import Path

import pytest

from therex.reports.html import to_html
from therex.types import Note

EVIL = "TE 25 min: SLR 3x10 </script><img src=x onerror=alert(1)> & \u2028 <b>bold</b>"


def test_markup_in_a_note_is_text(analyzer):
    page = to_html([analyzer.assess(Note("<i>id</i>", EVIL))])
    assert "<img" not in page and "<b>bold" not in page and "<i>id" not in page and page.count("</script>") == 1


def test_the_page_needs_no_network(analyzer):
    page = to_html([analyzer.assess(Note("n", "TE 25 min"))])
    assert not re.search(r"""(?:src|href)=["']?https?:|@import|url\(""", page) and "default-src 'none'" in page


@pytest.mark.chromium
def test_a_browser_shows_the_worklist_and_the_note(analyzer, chromium, tmp_path):
    page = tmp_path / "r.html"
    page.write_text(to_html([analyzer.assess(Note("first", EVIL)), analyzer.assess(Note("second", "Knee pt. Cont."))]), encoding="utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    done = subprocess.run(
        [chromium, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert 'class="pill hold"' in done.stdout and "<mark" in done.stdout and "&lt;img src=x" in done.stdout
    assert "2 notes" in done.stdout and "Questions for the therapist" in done.stdout


EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "notes"


@pytest.fixture(scope="module")
def report(analyzer, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "r.html"
    notes = [Note(p.stem, p.read_text(encoding="utf-8")) for p in sorted(EXAMPLES.iterdir())]
    path.write_text(to_html([analyzer.assess(n) for n in notes], notes), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(chromium):
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as p:
        found = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(browser, report, request):
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(report.as_uri())
    yield page
    context.close()


@pytest.fixture
def wide(browser, report):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(report.as_uri())
    yield page
    context.close()


def hold_rows(page):
    return page.locator("#rows tbody tr", has=page.locator(".pill.hold"))


@pytest.mark.chromium
def test_nothing_is_cut_off_at_the_side(page):
    hold_rows(page).first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.locator("#note h2").is_visible()


@pytest.mark.chromium
def test_no_accessibility_violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    hold_rows(page).first.click()
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.chromium
def test_questions_come_before_the_note(wide):
    heads = wide.locator("#note h3").all_inner_texts()
    assert heads.index("Questions for the therapist") < heads.index("Note") < heads.index("Documentation to check")


@pytest.mark.chromium
def test_arrow_keys_go_through_the_list(wide):
    first = wide.locator("#note h2").inner_text()
    wide.keyboard.press("ArrowDown")
    assert wide.locator("#note h2").inner_text() != first
    wide.keyboard.press("ArrowUp")
    assert wide.locator("#note h2").inner_text() == first


@pytest.mark.chromium
def test_the_address_of_a_note_holds_its_place_and_not_its_id(wide, report):
    wide.keyboard.press("ArrowDown")
    assert wide.url.endswith("#note-2")
    shown = wide.locator("#note h2").inner_text()
    again = wide.context.new_page()
    again.goto(f"{report.as_uri()}#note-2")
    assert again.locator("#note h2").inner_text() == shown


@pytest.mark.chromium
def test_the_questions_can_be_copied(wide):
    wide.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wide.click("text=Copy questions")
    wide.wait_for_selector("text=Copied")
    assert "only what was actually done at this visit" in wide.evaluate("navigator.clipboard.readText()")


@pytest.mark.chromium
def test_printing_holds_what_was_asked_for(wide):
    counts = {
        which: wide.evaluate(f"printed('{which}'); document.querySelectorAll('#printed .sheet').length")
        for which in ("this", "hold", "all")
    }
    assert counts == {"this": 1, "hold": hold_rows(wide).count(), "all": 14}


@pytest.mark.chromium
def test_a_filter_by_therapist_finds_the_notes(wide):
    wide.fill("#filter", "ruiz")
    assert wide.locator("#rows tbody tr").count() == 1
