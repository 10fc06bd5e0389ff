"use strict";
// filters go by themselves; what is typed to find a note stays on this page, and never goes into an address
const filters = document.querySelector(".filters"), find = document.getElementById("find");
document.querySelectorAll(".nojs").forEach((b) => { b.hidden = true; });
filters.addEventListener("change", (e) => { if (e.target !== find) filters.requestSubmit(); });
filters.addEventListener("submit", (e) => { if (document.activeElement === find) e.preventDefault(); });
find.addEventListener("input", () => {
  const want = find.value.trim().toLowerCase();
  let n = 0;
  document.querySelectorAll("#list tbody tr").forEach((row) => {
    row.hidden = !row.textContent.toLowerCase().includes(want);
    n += row.hidden ? 0 : 1;
  });
  const none = document.getElementById("none");
  if (none) none.hidden = n > 0;
});
