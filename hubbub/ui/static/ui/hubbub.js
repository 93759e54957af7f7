/* Keys for every page. Everything here is a shortcut to a link, button or form that works without it.
   A list is [data-list], its rows [data-row]; what has [data-key="e"] is pressed by that key, in the chosen
   row first, then on the page. "g" and then a room's letter goes there. */
"use strict";
const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
const chosen = () => document.querySelector("[data-row][aria-current=true]");

function choose(row) {
  if (!row) return;
  rows().forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  const target = row.querySelector("[data-open]") || row;
  if (target === row && !row.hasAttribute("tabindex")) row.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(chosen());
  choose(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

const FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select";
const visible = (element) => element.checkVisibility();  // what is folded away has a place, but is not there

/* words that stand there are gone on with at their end, and not typed over */
function goInto(field) {
  field.focus();
  if (field.matches("textarea") && !field.selectionEnd) field.setSelectionRange(field.value.length, field.value.length);
}

function press(key) {
  const within = chosen();
  const named = `[data-key="${CSS.escape(key)}"]`;
  const target = (within && within.querySelector(named)) ||
    [...document.querySelectorAll(named)].find((element) => visible(element) && !element.closest("[data-row]"));
  if (!target) return false;
  if (typing(target) === target) goInto(target);
  else {
    target.click();
    if (target.matches("summary")) {
      typeInto(target.parentElement);
      if (!target.parentElement.contains(document.activeElement)) target.focus();
    }
  }
  return true;
}

/* what is opened to be filled in is ready to be typed into: at once, or the next letters would be taken for keys */
function typeInto(details) {
  if (!details.open) return;
  const field = details.matches(".talk-menu")  // whose choices have keys: only what is written goes before them
    ? details.querySelector("input[type=text]") || details.querySelector("select, button[aria-pressed=true], button")
    : [...details.querySelectorAll(FIELDS)].find(visible);
  if (field) field.focus();
}

/* out of a field keys work again, and one still sees where one is: in the row that it is about, else at its form */
function leave(field) {
  const row = field.closest("[data-row]") || (field.closest("[data-bulk], .filter") && chosen());
  if (row && visible(row)) { choose(row); return; }
  const form = field.form;
  if (!form || !visible(form)) { field.blur(); return; }
  if (!form.hasAttribute("tabindex")) form.setAttribute("tabindex", "-1");
  form.focus({ preventScroll: true });
}

/* a menu that was opened in a row ([data-menu]): while it is there, the keys of its choices come first */
const menu = () => document.querySelector("[data-menu]");

function shut(open) {
  const place = open.closest(".says");
  open.remove();
  const opener = place && place.querySelector("[data-key]");
  if (opener) opener.focus({ preventScroll: true });
}

function pick(open, key) {
  const target = open.querySelector(`[data-pick="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches("select")) target.focus();
  else target.click();
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shut]");
  if (button) shut(button.closest("[data-menu]"));
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const opener = event.target.closest && event.target.closest(".says-open");
  const open = document.querySelector(".says [data-menu]");
  if (!opener || !open) return;
  const same = open.closest(".says") === opener.closest(".says");
  shut(open);
  if (same) event.preventDefault();  // its key a second time closes it
});
/* what came into a part that was just unfolded to search in it is ready to be searched */
document.addEventListener("htmx:afterSettle", (event) => {
  const search = event.target.closest && event.target.closest("details[open]") && event.target.querySelector("input[type=search]");
  if (search && !search.value && !(typing(document.activeElement) && document.activeElement !== search)) search.focus();
});
/* what was swapped away took the focus along: the menu that came gets it, else the row that it stood in */
document.addEventListener("htmx:afterSettle", () => {
  const open = menu();
  if (open && open.closest(".says") && !open.contains(document.activeElement)) {
    open.querySelector("button").focus({ preventScroll: true });
    open.scrollIntoView({ block: "nearest" });
  } else if (document.activeElement === document.body && chosen()) choose(chosen());
});

/* a page begins where the work goes on: at what must be mended, or in the first field of what is made anew */
document.addEventListener("DOMContentLoaded", () => {
  if (document.activeElement !== document.body) return;
  const invalid = [...document.querySelectorAll("main [aria-invalid=true]")].find(visible);
  const slip = !invalid && [...document.querySelectorAll("main .slip[role=alert]")].find(visible);
  if (slip) { slip.tabIndex = -1; slip.focus(); return; }
  const field = invalid || [...document.querySelectorAll("form[data-begin]")].flatMap((form) => [...form.querySelectorAll(FIELDS)]).find(visible);
  if (!field) return;
  goInto(field);
  if (field.select && !field.matches("textarea")) field.select();
});

let going = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(form.querySelector("button.primary") || undefined); }
    }
    return;
  }
  const folded = event.key === "Escape" && event.target.closest && event.target.closest(".talk-menu[open]");
  if (folded) { folded.open = false; folded.querySelector("summary").focus(); return; }
  if (event.key === "Escape" && typing(event.target)) { leave(event.target); return; }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const open = menu();
  if (open && !event.repeat && pick(open, event.key)) { event.preventDefault(); return; }
  if (going) {
    going = false;
    const room = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (room) { event.preventDefault(); room.click(); }
    return;
  }
  if (event.key === "g") { going = true; setTimeout(() => { going = false; }, 1500); return; }
  if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
  if (event.key === "?") { event.preventDefault(); showKeys(); return; }
  if (event.key === "x" && chosen()) {
    const box = chosen().querySelector("input[type=checkbox]");
    if (box) { event.preventDefault(); box.click(); }
    return;
  }
  if (event.key === "o" && chosen()) {
    const link = chosen().querySelector("[data-open]");
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.repeat) return;  // a key held down must not decide about one post after the other
  if (event.key.length === 1 && press(event.key)) event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest && event.target.closest("[data-row]");
  if (row && row !== chosen()) {
    rows().forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
  }
});

/* told a moment after it opened: who has gone on into it by then is not called back, and what a page begins with
   unfolded takes no focus */
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details") && event.target.querySelector("summary") === document.activeElement) typeInto(event.target);
}, true);

/* the groups of the menu that were unfolded by hand stay so: a cookie, so that the next page comes with them open */
document.addEventListener("click", (event) => {
  const head = event.target.closest("details.group > summary");
  if (!head) return;
  const kept = /(?:^|; )hubbub_menu=([^;]*)/.exec(document.cookie);
  const open = new Set(kept ? kept[1].split(".").filter(Boolean) : []);
  const name = head.parentElement.dataset.group;
  if (head.parentElement.open) open.delete(name); else open.add(name);
  document.cookie = `hubbub_menu=${[...open].join(".")}; path=/; max-age=31536000; samesite=lax`;
});

function showKeys() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl[data-page]");
  const seen = new Map();
  const named = [...document.querySelectorAll("[data-key]")];
  for (const element of [...named.filter((one) => !one.closest("[data-row]")), ...named]) {
    const words = element.dataset.keyName || element.getAttribute("aria-label") || element.textContent.trim();
    if (!seen.has(element.dataset.key)) seen.set(element.dataset.key, words);
  }
  const lines = Map.groupBy ? Map.groupBy(seen, ([, words]) => words) : new Map([...seen].map((one) => [one[0], [one]]));
  list.replaceChildren(...[...lines.values()].flatMap((line) => {
    const term = document.createElement("dt");
    line.forEach(([key]) => {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    });
    const told = document.createElement("dd");
    told.textContent = line[0][1];
    return [term, told];
  }));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) { event.preventDefault(); showKeys(); }
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  const all = event.target.closest("[data-check-all]");
  if (all) {
    document.querySelectorAll(all.dataset.checkAll).forEach((box) => { box.checked = all.checked; });
    count();
  }
});

/* a bulk bar says how many are chosen and shows itself only then */
function count() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const number = document.querySelectorAll(`${bar.dataset.bulk}:checked`).length;
  bar.hidden = number === 0;
  const told = bar.querySelector("[data-count]");
  if (told) told.textContent = String(number);
}
document.addEventListener("change", count);
document.addEventListener("htmx:afterSwap", count);
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.dataset.sure && !window.confirm(button.dataset.sure)) event.preventDefault();
});
/* a draft survives an interruption: kept in this browser until its form is sent */
document.addEventListener("input", (event) => {
  if (event.target.dataset && event.target.dataset.draft) localStorage.setItem(`draft ${event.target.dataset.draft}`, event.target.value);
});
document.addEventListener("submit", (event) => {
  event.target.querySelectorAll("[data-draft]").forEach((box) => localStorage.removeItem(`draft ${box.dataset.draft}`));
});
function restoreDrafts(root) {
  root.querySelectorAll("[data-draft]").forEach((box) => {
    const kept = localStorage.getItem(`draft ${box.dataset.draft}`);
    if (kept && !box.value) box.value = kept;
  });
}
document.addEventListener("DOMContentLoaded", () => { restoreDrafts(document); count(); });
document.addEventListener("DOMContentLoaded", () => { if (chosen() && !location.hash) chosen().scrollIntoView({ block: "nearest" }); });
document.addEventListener("htmx:afterSwap", (event) => restoreDrafts(event.target));
/* words from elsewhere put into a field where its cursor stands: [data-insert="#field"] beside [data-words]; the first
   {gap} in them is chosen, to be typed over */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const field = button && document.querySelector(button.dataset.insert);
  const words = button && button.closest("li, .card").querySelector("[data-words]");
  if (!field || !words) return;
  const at = field.selectionStart ?? field.value.length;
  const put = words.textContent.trim();
  field.setRangeText(put, at, field.selectionEnd ?? at, "end");
  const gap = put.search(/\{[^{}]+\}/);
  field.focus();
  if (gap >= 0) field.setSelectionRange(at + gap, at + put.indexOf("}", gap) + 1);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (button.dataset.used && token) fetch(button.dataset.used, { method: "POST", headers: { "X-CSRFToken": token.value } });
});
/* a form whose text is nowhere else: leaving it is asked about, sending it is not */
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && "unsaved" in form.dataset) form.dataset.unsaved = "yes";
  /* what was wrong is being mended: it may not stand there as if it still were */
  if (event.target.getAttribute("aria-invalid")) {
    event.target.removeAttribute("aria-invalid");
    const said = document.getElementById(`${event.target.id}_error`);
    if (said) said.hidden = true;
  }
});
document.addEventListener("submit", (event) => { if ("unsaved" in event.target.dataset) event.target.dataset.unsaved = ""; });
window.addEventListener("beforeunload", (event) => { if (document.querySelector("[data-unsaved=yes]")) event.preventDefault(); });
/* a request that did not arrive says so, where the eye is, until one does, the connection is back, or it is clicked away */
const offline = document.getElementById("offline");
if (offline) {
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, () => { offline.hidden = false; });
  }
  for (const [where, back] of [[document, "htmx:afterOnLoad"], [window, "online"], [offline, "click"]]) {
    where.addEventListener(back, (event) => { if (!event.detail?.failed) offline.hidden = true; });
  }
}
