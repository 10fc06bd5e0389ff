"""The HTML report: text is data, and a browser shows it."""

import re
import subprocess

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
