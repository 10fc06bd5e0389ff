"use strict";
// One note: its text with marks, the judgment saved as it is made. Offsets count code points, as everywhere in therex.
const state = JSON.parse(document.getElementById("state").textContent);
const $ = (id) => document.getElementById(id);
const el = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text !== undefined) e.textContent = text; return e; };
const panel = $("panel"), paper = $("text"), editable = state.mode !== "view";
const LABELS = ["IMPAIRMENT", "LIMITATION", "GOAL", "SERVICE", "EXERCISE", "DOSE", "DURATION", "RESPONSE", "MEASURE", "SKILL", "RATIONALE"];
const LABEL_KEYS = { i: "IMPAIRMENT", l: "LIMITATION", g: "GOAL", v: "SERVICE", x: "EXERCISE", d: "DOSE", t: "DURATION", r: "RESPONSE", m: "MEASURE", k: "SKILL", w: "RATIONALE" };
const ATTRIBUTES = { EXERCISE: ["performed", "home", "planned", "held"], DURATION: ["code_minutes", "exercise_time", "timed_total", "session_total", "clock", "plan"] };
const points = Array.from(state.text);
const hidden = new Set();
let told = state.told || { elements: {}, spans: [], contradictions: [] };
let lit = [], choice = null, current = 0;

// the text -----------------------------------------------------------------------------------------------------------

function render() {
  const cuts = new Set([0, points.length]);
  const spans = told.spans.map((s, n) => ({ ...s, n })).filter((s) => !hidden.has(s.label));
  for (const s of spans) { cuts.add(s.start); cuts.add(s.end); }
  for (const r of lit) { cuts.add(r.start); cuts.add(r.end); }
  const edges = [...cuts].filter((c) => c <= points.length).sort((a, b) => a - b);
  const byStart = [...spans].sort((a, b) => a.start - b.start);
  let open = [], next = 0;
  const out = document.createDocumentFragment();
  for (let i = 0; i + 1 < edges.length; i++) {
    const [a, b] = [edges[i], edges[i + 1]];
    while (next < byStart.length && byStart[next].start <= a) open.push(byStart[next++]);
    open = open.filter((s) => s.end > a);
    const piece = points.slice(a, b).join("");
    const evidence = lit.some((r) => r.start <= a && b <= r.end);
    if (!open.length && !evidence) { out.append(document.createTextNode(piece)); continue; }
    const inner = open.reduce((x, s) => (!x || s.end - s.start <= x.end - x.start ? s : x), null);
    const mark = el("mark", (inner ? "l-" + inner.label : "plain") + (evidence ? " ev" : ""), piece);
    if (inner) { mark.dataset.n = inner.n; mark.title = open.map((s) => s.label.toLowerCase() + (s.attribute ? " " + s.attribute : "")).join(", "); }
    out.append(mark);
  }
  paper.replaceChildren(out);
  listMarks();
}

function listMarks() {
  $("markcount").textContent = told.spans.length;
  const list = $("marklist");
  if (!$("marks").open) { list.replaceChildren(); return; }
  list.replaceChildren(...told.spans.map((s, n) => {
    const li = el("li");
    const go = el("button", "jump", points.slice(s.start, s.end).join("").replace(/\s+/g, " ").slice(0, 80));
    go.type = "button";
    go.addEventListener("click", () => { lightUp([s]); choose(s.start, s.end); });
    li.append(el("span", "tag l-" + s.label, s.label.toLowerCase() + (s.attribute ? " " + s.attribute : "")), go);
    if (editable) {
      const drop = el("button", "quiet", "Remove");
      drop.type = "button";
      drop.setAttribute("aria-label", "Remove " + s.label.toLowerCase() + " mark " + (n + 1));
      drop.addEventListener("click", () => change({ spans: told.spans.filter((_, k) => k !== n) }));
      li.append(drop);
    }
    return li;
  }));
}
$("marks").addEventListener("toggle", listMarks);

function lightUp(ranges) {
  lit = ranges.map((r) => ({ start: r.start, end: r.end }));
  render();
  const first = paper.querySelector("mark.ev");
  if (first) first.scrollIntoView({ block: "center", behavior: "auto" });
}

function legend() {
  const box = $("legend");
  if (!told.spans.length && !editable) { box.hidden = true; return; }
  box.replaceChildren(...LABELS.map((l) => {
    const b = el("button", "l-" + l, l.toLowerCase());
    b.type = "button";
    b.setAttribute("aria-pressed", "true");
    b.addEventListener("click", () => {
      if (!hidden.delete(l)) hidden.add(l);
      b.setAttribute("aria-pressed", String(!hidden.has(l)));
      render();
    });
    return b;
  }));
}

// choosing text ------------------------------------------------------------------------------------------------------

const units = [0];
for (const p of points) units.push(units[units.length - 1] + p.length);
const toPoint = (unit) => { let a = 0, b = points.length; while (a < b) { const m = (a + b) >> 1; if (units[m] < unit) a = m + 1; else b = m; } return a; };
const WORDS = [];
{
  let start = -1;
  for (let i = 0; i <= points.length; i++) {
    const blank = i === points.length || /\s/.test(points[i]);
    if (!blank && start < 0) start = i;
    if (blank && start >= 0) { WORDS.push([start, i]); start = -1; }
  }
}
let first = -1, last = -1;

function place(unit) {
  const walker = document.createTreeWalker(paper, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode(), seen = 0;
  for (; node; node = walker.nextNode()) {
    if (unit <= seen + node.length) return [node, unit - seen];
    seen += node.length;
  }
  return [paper, paper.childNodes.length];
}

function choose(start, end, quiet) {
  choice = { start, end };
  const range = document.createRange();
  range.setStart(...place(units[start]));
  range.setEnd(...place(units[end]));
  const selection = document.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  if (!quiet) range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
  showMarker();
}

function fromSelection() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !paper.contains(selection.anchorNode) || !paper.contains(selection.focusNode)) {
    if (!$("marker") || !$("marker").contains(document.activeElement)) { choice = null; showMarker(); }
    return;
  }
  const range = selection.getRangeAt(0), before = range.cloneRange();
  before.selectNodeContents(paper);
  before.setEnd(range.startContainer, range.startOffset);
  const from = before.toString().length;
  let a = toPoint(from), b = toPoint(from + range.toString().length);
  while (a < b && /\s/.test(points[a])) a++;
  while (b > a && /\s/.test(points[b - 1])) b--;
  choice = b > a ? { start: a, end: b } : null;
  showMarker();
}
document.addEventListener("selectionchange", () => { if (editable) fromSelection(); });

function showMarker() {
  const bar = $("marker");
  if (!bar) return;
  bar.hidden = !choice;
  if (choice) $("chosen").textContent = "“" + points.slice(choice.start, choice.end).join("").replace(/\s+/g, " ").slice(0, 60) + "”";
}

function mark(label) {
  if (!choice || !editable) return;
  let attribute = null;
  if (label === "EXERCISE") attribute = "performed";
  if (label === "DURATION") {
    const n = points.slice(choice.start, choice.end).join("").match(/\d+/);
    attribute = /\d\s*[:–-]\s*\d|[ap]\.?m/i.test(points.slice(choice.start, choice.end).join("")) ? "clock" : n ? "code_minutes=" + n[0] : "plan";
  }
  const one = { start: choice.start, end: choice.end, label, attribute };
  const rest = told.spans.filter((s) => !(s.start === one.start && s.end === one.end && s.label === label));
  const spans = [...rest, one].sort((a, b) => a.start - b.start || b.end - a.end);
  change({ spans });
  if (ATTRIBUTES[label]) offer(one); else document.querySelectorAll(".attr, .attrn").forEach((x) => { x.hidden = true; });
}

function offer(span) {
  const select = $("attribute"), minutes = $("minutes"), [kind, n] = (span.attribute || "").split("=");
  select.replaceChildren(...ATTRIBUTES[span.label].map((a) => { const o = el("option", "", a); o.selected = a === kind; return o; }));
  const counts = () => span.label === "DURATION" && select.value !== "clock" && select.value !== "plan";
  minutes.value = n || "";
  const show = () => { document.querySelector(".attr").hidden = false; document.querySelector(".attrn").hidden = !counts(); };
  const put = () => {
    show();
    if (counts() && !/^\d+(\.\d+)?$/.test(minutes.value)) return;
    const attribute = counts() ? select.value + "=" + minutes.value : select.value;
    change({ spans: told.spans.map((s) => (s.start === span.start && s.end === span.end && s.label === span.label ? { ...s, attribute } : s)) });
  };
  select.onchange = put;
  minutes.onchange = put;
  show();
}
if ($("marker")) for (const b of $("marker").querySelectorAll("[data-label]")) {
  b.addEventListener("mousedown", (e) => e.preventDefault());
  b.addEventListener("click", () => mark(b.dataset.label));
}
paper.addEventListener("click", (e) => {
  const n = e.target.dataset ? e.target.dataset.n : undefined;
  if (n === undefined || !document.getSelection().isCollapsed) return;
  const s = told.spans[n];
  choose(s.start, s.end, true);
  if (editable && ATTRIBUTES[s.label]) offer(s);
});

function textKeys(e) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[e.key];
  if (step) {
    e.preventDefault();
    if (e.shiftKey && first >= 0) last = Math.min(Math.max(last + step, first), WORDS.length - 1);
    else first = last = Math.min(Math.max((first < 0 ? -1 : first) + step, 0), WORDS.length - 1);
    if (WORDS.length) choose(WORDS[first][0], WORDS[last][1]);
    return true;
  }
  if (e.key === "Escape") { document.getSelection().removeAllRanges(); first = last = -1; paper.blur(); return true; }
  if (choice && editable && (e.key === "Delete" || e.key === "Backspace")) {
    const under = told.spans.filter((s) => s.start < choice.end && s.end > choice.start);
    if (under.length) {
      const drop = under.reduce((x, s) => (s.end - s.start < x.end - x.start ? s : x));
      change({ spans: told.spans.filter((s) => s !== drop) });
    }
    return true;
  }
  if (choice && LABEL_KEYS[e.key]) { mark(LABEL_KEYS[e.key]); e.preventDefault(); return true; }
  return false;
}

// saving -------------------------------------------------------------------------------------------------------------

let version = state.version, waiting = null, busy = false, failing = 0, after = null, typing = 0;

function change(part) {
  if (!editable) return;
  const elements = { ...told.elements, ...(part.elements || {}) };
  told = { ...told, ...part, elements };
  refused = "";
  waiting = { ...(waiting || {}), ...part, ...(part.elements ? { elements: { ...((waiting || {}).elements || {}), ...part.elements } } : {}) };
  show();
  flush();
}

async function ask(step, body) {
  const answer = await fetch("/notes/" + state.number + "/" + step, {
    method: "POST", body: JSON.stringify(body), redirect: "error",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": panel.dataset.csrf },
  });
  return [answer.status, await answer.json()];
}

async function flush() {
  if (busy || !waiting) return;
  busy = true;
  const sent = waiting;
  waiting = null;
  say("Saving …");
  try {
    const [status, got] = await ask("save", { version, change: sent });
    if (status === 200) { settle(got); failing = 0; say("Saved " + new Date().toLocaleTimeString()); }
    else if (status === 412) { await fresh(); say(got.message, true); }
    else if (status >= 500) throw new Error("server");
    else if (status === 401 || status === 403) { keep(sent); say(got.message, true); busy = false; again(); return; }
    else { say(got.message || "Not saved.", true); await fresh(); }
  } catch {
    keep(sent);
    failing += 1;
    say("Not saved yet: the server is not responding. Retrying …", true);
    setTimeout(flush, Math.min(500 * 2 ** failing, 8000));
    busy = false;
    return;
  }
  busy = false;
  if (waiting) flush();
  else if (after) { const go = after; after = null; go(); }
}

// what was not saved comes before what was changed since
function keep(sent) {
  const elements = { ...(sent.elements || {}), ...((waiting || {}).elements || {}) };
  waiting = { ...sent, ...(waiting || {}), ...(Object.keys(elements).length ? { elements } : {}) };
}

// the session has ended: once the same reviewer has signed in again, in this browser, the page goes on by itself
let asking = 0;
function again(pause = 0) {
  clearTimeout(asking);
  asking = setTimeout(signedIn, pause);
}
async function signedIn() {
  try {
    const answer = await fetch("/notes/" + state.number + "/state", { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const got = await answer.json();
      if (String(got.who) !== panel.dataset.who) { say("Another reviewer has signed in, so this page is not saved. Sign in as the same reviewer to continue.", true); again(5000); return; }
      const same = panel.dataset.csrf === got.csrf;
      panel.dataset.csrf = got.csrf;
      if (same) asking = setTimeout(flush, 5000); else flush();
      return;
    }
  } catch { /* the server is away: ask again */ }
  again(3000);
}

function settle(got) {
  version = got.version;
  state.decided = got.decided;
  lineOf(got);
  if (!waiting) { told = got.told; show(); }
}

async function fresh() {
  const answer = await fetch("/notes/" + state.number + "/state", { headers: { Accept: "application/json" } });
  if (answer.ok) { const got = await answer.json(); waiting = null; version = got.version; told = got.told; lineOf(got); show(); }
}
function lineOf(got) { for (const key of ["lacking", "still", "line", "line_word", "because"]) state[key] = got[key]; }

// why the last step was refused; what is still to judge stands there otherwise
let refused = "";
function why() {
  const p = $("why");
  if (!p) return;
  const says = refused || (state.decided ? "" : state.still || "");
  if (p.textContent !== says) p.textContent = says;
  p.classList.toggle("bad", Boolean(refused));
}

function step(name) {
  const go = async () => {
    try {
      const [status, got] = await ask(name, { version });
      if (status === 200) {
        if (name === "undo") { settle(got); say("Undone."); }
        else if (name === "decide" && $("goon").checked) { const form = $("nextform"); form.elements.decided.value = state.number; form.submit(); }
        else location.reload();
      } else { if (status === 412) await fresh(); refused = got.message; show(); if (status === 422) nextOpen(); }
    } catch { refused = "The server is not responding. Nothing was changed."; show(); }
  };
  refused = "";
  if (busy || waiting) { after = go; flush(); } else go();
}
function say(what, bad) { const s = $("saved"); s.textContent = what; s.classList.toggle("bad", Boolean(bad)); }
addEventListener("beforeunload", (e) => { if (waiting || busy || typing) e.preventDefault(); });

// the panel ----------------------------------------------------------------------------------------------------------

const rows = [...document.querySelectorAll(".element")];
const visible = () => rows.filter((r) => r.offsetParent !== null);

function show() {
  for (const row of rows) for (const r of row.querySelectorAll("input")) r.checked = told.elements[row.dataset.element] === r.value;
  for (const r of panel.querySelectorAll("[name=verdict]")) r.checked = told.verdict === r.value;
  for (const c of panel.querySelectorAll("[name=contradictions]")) c.checked = (told.contradictions || []).includes(c.value);
  for (const name of ["billed_units", "supported_units"]) { const i = panel.elements[name]; if (document.activeElement !== i) i.value = told[name] ?? ""; }
  for (const name of ["note_type", "discipline"]) panel.elements[name].value = told[name] || "";
  for (const name of ["flag", "unusable"]) panel.elements[name].checked = Boolean(told[name]);
  panel.elements.units_not_judged.checked = Boolean(told.units_not_judged);
  panel.elements.arguable.checked = told.confidence === "arguable";
  const checked = panel.elements.spans_checked;
  if (checked) checked.checked = Boolean(told.spans_checked);
  if (document.activeElement !== panel.elements.comment) panel.elements.comment.value = told.comment || "";
  const left = rows.filter((r) => !told.elements[r.dataset.element]).length, spared = told.verdict === "not_applicable";
  $("spared").hidden = !spared;
  panel.classList.toggle("spare", spared && !state.tool);
  if ($("na")) $("na").hidden = spared || state.decided;
  if ($("rest")) { $("rest").hidden = !left || state.decided || spared; $("rest").textContent = "Mark the remaining " + left + " as missing"; }
  const line = $("line");
  line.replaceChildren();
  if (told.unusable) line.append("This note cannot be judged. A spare note takes its place.");
  else if (state.line) line.append("Charge line: ", el("span", "pill " + state.line, state.line_word), " " + (state.because || ""));
  why();
  if (editable) {
    const shut = state.decided;
    $("decide").hidden = shut; $("reopen").hidden = !shut; $("undo").disabled = shut;
    for (const i of panel.querySelectorAll("fieldset input")) i.disabled = shut;
    panel.elements.unusable.disabled = shut;
    if (!shut) panel.elements.supported_units.disabled = Boolean(told.units_not_judged);
    $("decide").classList.toggle("ready", !(state.lacking || []).length);
  }
  if (!editable) for (const i of panel.querySelectorAll("input, select, textarea")) i.disabled = true;
  render();
}

panel.addEventListener("submit", (e) => e.preventDefault());
panel.addEventListener("change", (e) => {
  const i = e.target;
  if (i.name.startsWith("e-")) change({ elements: { [i.name.slice(2)]: i.value } });
  else if (i.name === "contradictions") change({ contradictions: [...panel.querySelectorAll("[name=contradictions]:checked")].map((c) => c.value) });
  else if (i.name === "arguable") change({ confidence: i.checked ? "arguable" : "clear" });
  else if (i.name === "units_not_judged") notJudged(i.checked);
  else if (["flag", "unusable"].includes(i.name)) change({ [i.name]: i.checked });
  else if (["note_type", "discipline"].includes(i.name)) change({ [i.name]: i.value || null });
  else if (i.name === "verdict") change({ verdict: i.value });
  else if (i.name === "billed_units" || i.name === "supported_units") {
    if (i.value === "" || /^\d{1,2}$/.test(i.value)) change({ [i.name]: i.value === "" ? null : Number(i.value) });
    else say("Units must be a whole number from 0 to 99.", true);
  }
});
const checkbox = document.querySelector("[name=spans_checked]");
if (checkbox) checkbox.addEventListener("change", () => change({ spans_checked: checkbox.checked }));
panel.elements.comment.addEventListener("input", () => {
  clearTimeout(typing);
  say("Not saved yet …");
  typing = setTimeout(comment, 600);
});
panel.elements.comment.addEventListener("change", comment);
function comment() {
  clearTimeout(typing);
  typing = 0;
  // what came along with pasted text and cannot be stored
  const field = panel.elements.comment, text = field.value.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "");
  if (text !== field.value) field.value = text;
  if (text !== (told.comment || "")) change({ comment: text });
}
for (const row of rows) row.addEventListener("focusin", () => focusOn(row, false));

function focusOn(row, go = true) {
  rows.forEach((r) => r.classList.toggle("on", r === row));
  current = rows.indexOf(row);
  if (go) { (row.querySelector("input:checked") || row.querySelector("input")).focus(); row.scrollIntoView({ block: "nearest" }); }
}
function nextOpen() {
  const open = visible().find((r) => !told.elements[r.dataset.element]);
  if (open) focusOn(open);
  else if (!told.verdict) panel.querySelector("[name=verdict]").focus();
  else { const i = ["billed_units", "supported_units"].find((n) => (state.lacking || []).includes(n)); if (i) panel.elements[i].focus(); else if ((state.lacking || []).includes("comment")) panel.elements.comment.focus(); }
}
function notJudged(yes) { if (!panel.elements.units_not_judged.disabled) change({ units_not_judged: yes, ...(yes ? { supported_units: null } : {}) }); }
function define(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  $(button.getAttribute("aria-controls")).hidden = !open;
}
for (const b of document.querySelectorAll(".ask")) b.addEventListener("click", () => define(b));
function move(by) {
  const list = visible(), at = list.indexOf(rows[current]);
  focusOn(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
}
function judge(value) {
  const row = rows[current];
  if (row.querySelector("input").matches(":disabled")) return;
  change({ elements: { [row.dataset.element]: value } });
  const list = visible();
  if (list.indexOf(row) + 1 < list.length) move(1);
}

function tool() {
  if (!state.tool) return;
  const t = state.tool;
  for (const row of rows) {
    const found = t.elements[row.dataset.element], box = row.querySelector(".evidence");
    if (!found) continue;
    const agree = told.elements[row.dataset.element] === found.found;
    box.append(el("span", "toolsays" + (agree ? "" : " other"), "tool: " + found.found));
    if (found.evidence.length) {
      const b = el("button", "jump", "show");
      b.type = "button";
      b.setAttribute("aria-label", "Show the evidence for " + row.querySelector("legend").textContent);
      b.addEventListener("click", () => lightUp(found.evidence));
      box.append(b);
    }
  }
  const box = $("tool");
  box.hidden = false;
  box.append(el("h2", "", "The tool's opinion"));
  const line = el("p");
  line.append("Charge line: ", el("span", "pill " + t.line, t.line_word), " " + t.because);
  box.append(line, el("p", "", "Medical necessity: " + t.verdict_word + " (score " + t.score.toFixed(2) + ", estimated by a model)"));
  for (const c of t.contradictions) {
    const p = el("p", "bad", c.message + " ");
    const b = el("button", "jump", "show");
    b.type = "button";
    b.addEventListener("click", () => lightUp(c.evidence));
    p.append(b);
    box.append(p);
  }
  if (t.findings.length) {
    const all = el("details"), ul = el("ul");
    all.append(el("summary", "", "Findings and questions (" + t.findings.length + ")"), ul);
    for (const f of t.findings) {
      const li = el("li");
      li.append(el("b", "", f.name + (f.finding ? ": " + f.finding : "")), " " + f.message + (f.citation ? " (" + f.citation + ")" : "") + " ");
      if (f.evidence.length) {
        const b = el("button", "jump", "show");
        b.type = "button";
        b.setAttribute("aria-label", "Show the evidence for the finding: " + f.name);
        b.addEventListener("click", () => lightUp(f.evidence));
        li.append(b);
      }
      if (f.query) li.append(el("div", "soft", f.query));
      ul.append(li);
    }
    box.append(all);
  }
  if (t.reasons.length) { const ul = el("ul"); ul.append(...t.reasons.map((r) => el("li", "", r))); box.append(ul); }
}
if ($("taketool")) $("taketool").addEventListener("click", () => {
  const key = (s) => [s.start, s.end, s.label].join();
  const own = new Set(told.spans.map(key));
  change({ spans: [...told.spans, ...state.tool.spans.filter((s) => !own.has(key(s)))].sort((a, b) => a.start - b.start || b.end - a.end) });
});
if ($("na")) $("na").addEventListener("click", () => verdict("not_applicable"));
if ($("rest")) $("rest").addEventListener("click", rest);
function rest() { change({ elements: Object.fromEntries(rows.filter((r) => !told.elements[r.dataset.element]).map((r) => [r.dataset.element, "missing"])) }); }
if ($("undo")) { $("undo").addEventListener("click", () => step("undo")); $("decide").addEventListener("click", () => step("decide")); $("reopen").addEventListener("click", () => step("reopen")); }
if ($("onlydiffer")) $("onlydiffer").addEventListener("change", () => panel.classList.toggle("only", $("onlydiffer").checked));
const go = (id) => { const a = $(id); if (a) a.click(); };

// keys ---------------------------------------------------------------------------------------------------------------

$("help").addEventListener("click", () => $("keys").showModal());
for (const [id, key] of [["keyson", "therex-keys"], ["goon", "therex-next"]]) {
  try { $(id).checked = localStorage.getItem(key) !== "off"; } catch { /* private window */ }
  $(id).addEventListener("change", () => { try { localStorage.setItem(key, $(id).checked ? "on" : "off"); } catch { /* private window */ } });
}
document.addEventListener("keydown", (e) => {
  const target = e.target, typingNow = target.matches("textarea, select, input[inputmode], input[type=search]");
  if ((e.ctrlKey || e.metaKey) && e.key === "z" && !typingNow && editable) { e.preventDefault(); step("undo"); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || $("keys").open) return;
  if (typingNow) { if (e.key === "Escape") target.blur(); return; }
  if (target === paper && textKeys(e)) return;
  if (!$("keyson").checked) return;
  const acts = {
    "?": () => $("keys").showModal(), "[": () => go("before"), "]": () => go("after"), t: () => { paper.focus(); if (first < 0 && WORDS.length) { first = last = 0; choose(WORDS[0][0], WORDS[0][1]); } },
    e: () => { const b = rows[current].querySelector(".jump"); if (b) b.click(); }, h: () => define(rows[current].querySelector(".ask")), j: () => move(1), k: () => move(-1),
  };
  if (editable) Object.assign(acts, {
    1: () => judge("present"), 2: () => judge("weak"), 3: () => judge("missing"), 0: () => { if ($("rest") && !$("rest").hidden) rest(); },
    s: () => verdict("supported"), x: () => verdict("not_supported"), a: () => verdict("not_applicable"),
    b: () => panel.elements.billed_units.focus(), m: () => panel.elements.supported_units.focus(), q: () => notJudged(!told.units_not_judged), c: () => panel.elements.comment.focus(),
    f: () => change({ flag: !told.flag }), u: () => step("undo"), d: () => { if (!$("decide").hidden) step("decide"); }, n: () => go("nextnote"),
  });
  if (acts[e.key]) { e.preventDefault(); acts[e.key](); }
});
function verdict(v) { if (!panel.querySelector("[name=verdict]").matches(":disabled")) change({ verdict: v }); }

legend();
tool();
show();
if (editable && !state.decided) focusOn(rows.find((r) => !told.elements[r.dataset.element]) || rows[0], false);
document.documentElement.dataset.ready = "yes";
