"""Takes the picture of the report that the README shows.

    python docs/picture.py           # needs Chromium, and the extra `test`
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Screen the examples and write docs/images/report.png."""
    import shutil

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        report = Path(folder) / "report.html"
        subprocess.run([sys.executable, "-m", "therex", "screen", str(ROOT / "examples" / "notes"), "-o", str(report)], check=True)
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1180, "height": 720})
        page.goto(report.as_uri())
        page.click("text=06-units-table")
        page.wait_for_timeout(300)
        (ROOT / "docs" / "images").mkdir(exist_ok=True)
        page.screenshot(path=ROOT / "docs" / "images" / "report.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
