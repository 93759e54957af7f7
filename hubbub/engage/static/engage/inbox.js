/* The inbox while it is open: what changed, who else is here, and drafts that the server keeps. Without this script all
   of it works by reloading. Asks every two seconds while the tab is in sight, and not at all while it is not. */
"use strict";
(() => {
const live = document.getElementById("live");
if (!live || live.dataset.begun) return;
live.dataset.begun = "yes";
const EVERY = 2000, SLOWEST = 30000, WRITING = 4000, PAUSE = 1000;
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
const says = live.querySelector("[data-live-says]");
const show = live.querySelector("[data-live-show]");
const box = () => document.querySelector("textarea[data-keep]");
const field = (name) => { const form = box() && box().form; return form && form.elements[name]; };
const value = (name) => (field(name) ? field(name).value : "");
const fresh = new Set();
const last = new Map();
let since = live.dataset.since, wait = EVERY, timer = 0, typed = 0, asking = false, ended = false, seenThread = "", newest = "";

function post(url, fields, more) {
  return fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { "x-csrftoken": token() }, ...more });
}
const shown = () => [...document.querySelectorAll("#list [data-row]")].map((row) => row.dataset.pk);
const writing = () => Date.now() - typed < WRITING;

async function ask() {
  clearTimeout(timer);
  if (document.hidden || asking || ended) return;
  asking = true;
  try {
    const answer = await post(live.dataset.live, {
      since, shown: shown().join(","), here: live.dataset.here || "", writing: writing() ? "1" : "", seen_row: value("seen_row") || "0",
    }, { signal: AbortSignal.timeout(15000) });
    if (answer.redirected || !(answer.headers.get("content-type") || "").includes("json")) {
      if (answer.redirected || answer.status === 403 || answer.status === 404) { ended = true; tell("You are signed out here: load the page again."); }
      throw new Error(String(answer.status));
    }
    if (!answer.ok) throw new Error(String(answer.status));
    heard(await answer.json());
    wait = EVERY;
  } catch (error) {
    if (!(error instanceof Error || error instanceof DOMException)) throw error;
    wait = Math.min(wait * 2, SLOWEST);
  } finally {
    asking = false;
    if (!ended) timer = setTimeout(ask, wait);
  }
}

function heard(answer) {
  since = answer.until;
  people(answer.people);
  for (const [pk, html] of Object.entries(answer.rows || {})) replace(pk, html);
  for (const [pk, words] of Object.entries(answer.gone || {})) leave(pk, words);
  for (const pk of answer.left || []) fresh.delete(pk);
  for (const pk of answer.fresh || []) fresh.add(pk);
  for (const pk of shown()) fresh.delete(Number(pk));
  count();
  if (answer.answered) warn(answer.answered);
  thread(answer.thread || "");
}

function tell(words) { if (says.textContent !== words) says.textContent = words; }
function count() {
  const words = fresh.size ? `${fresh.size} new` : "";
  if (!ended) tell(words);
  show.hidden = fresh.size === 0;
}

/* a row that changed is drawn anew where it stands; one that is being worked with waits */
function replace(pk, html) {
  const row = document.getElementById(`row-${pk}`);
  if (!row || last.get(pk) === html) return;
  if (row.querySelector("[data-menu], details[open]")) return;
  last.set(pk, html);
  const made = document.createRange().createContextualFragment(html).querySelector("[data-row]");
  const had = row.contains(document.activeElement) && document.activeElement.matches("[data-open]");
  const current = row.getAttribute("aria-current"), checked = row.querySelector("input[name=pk]:checked");
  if (current) made.setAttribute("aria-current", current); else made.removeAttribute("aria-current");
  if (row.contains(document.activeElement) && !had) return;
  row.replaceWith(made);
  if (checked && made.querySelector("input[name=pk]")) made.querySelector("input[name=pk]").checked = true;
  if (had) made.querySelector("[data-open]").focus({ preventScroll: true });
  if (window.htmx) window.htmx.process(made);
}

/* what left the list stays where it was until the list is loaded again: no row moves under a hand */
function leave(pk, words) {
  const row = document.getElementById(`row-${pk}`);
  if (!row || row.classList.contains("left")) return;
  row.classList.add("left");
  const badge = document.createElement("span");
  badge.className = "badge good";
  badge.textContent = words;
  row.querySelector(".row-head").append(badge);
  const choice = row.querySelector("input[name=pk]");
  if (choice) { choice.checked = false; choice.dispatchEvent(new Event("change", { bubbles: true })); }
}

function people(all) {
  const here = live.dataset.here, at = new Map();
  for (const one of all) at.set(String(one.conversation), [...(at.get(String(one.conversation)) || []), one]);
  document.querySelectorAll("[data-people]").forEach((place) => {
    const words = (at.get(place.dataset.people) || []).map((one) => [`${one.name} is ${one.writing ? "writing" : "here"}`, one.writing]);
    const key = JSON.stringify(words);
    if (place.dataset.shown === key) return;
    place.dataset.shown = key;
    place.replaceChildren(...words.flatMap(([said, warns]) => {
      const badge = document.createElement("span");
      badge.className = warns ? "badge warn" : "badge";
      badge.textContent = said;
      return [badge, " "];
    }));
  });
  const place = document.getElementById("here");
  if (!place) return;
  const others = at.get(here) || [];
  const words = others.map((one) => `${one.name} ${one.writing ? "is writing a reply" : "is looking at this, too"}`).join(". ");
  if (place.textContent !== words) place.textContent = words;
  place.classList.toggle("warn", others.some((one) => one.writing));
  place.hidden = !words;
}

/* a colleague answered while this page was open: said above the form, before anything is sent */
function warn(words) {
  const form = box() && box().form;
  if (!form) return;
  let slip = document.getElementById("answered");
  if (!slip) {
    slip = document.createElement("div");
    slip.id = "answered";
    slip.className = "slip";
    slip.setAttribute("role", "alert");
    form.prepend(slip);
  }
  if (slip.textContent !== words) slip.textContent = words;
}

/* after a refused answer or note the page stands at the address of its form, which cannot be asked for */
const address = () => location.pathname.replace(/(\/engage\/\d+\/).*$/, "$1");

/* what was said is drawn anew; while somebody works in it, it waits for them */
const busy = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");
function thread(mark) {
  newest = mark || newest;
  const old = document.getElementById("thread");
  if (newest === seenThread || !old || !window.htmx || busy(old)) return;
  if (new URLSearchParams(location.search).has("until")) return;
  seenThread = newest;
  // with it, how it stands and what can be made of that; a button that has the focus stays
  const along = ["talk-stands", "talk-turns"].filter((id) => {
    const part = document.getElementById(id);
    return part && !part.contains(document.activeElement);
  });
  window.htmx.ajax("GET", address() + location.search, {
    target: "#thread", select: "#thread", swap: "outerHTML", selectOOB: along.map((id) => `#${id}`).join(","),
  });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "thread" || !busy(event.target)) return;
  event.detail.shouldSwap = false; // they began after it was asked for
  seenThread = "";
});

function load() {
  if (!window.htmx) { location.reload(); return; }
  fresh.clear();
  last.clear();
  count();
  const url = address() + (live.dataset.list || "");
  window.htmx.ajax("GET", url, { target: "#list", select: "#list", swap: "outerHTML" }).then(() => {
    const first = document.querySelector("#list [data-row]");
    if (first) first.querySelector("[data-open]").focus();
  });
}
show.addEventListener("click", load);

/* a key that asks for a choice: the row is chosen, where none is, and the choice gets the focus */
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("[data-choose]");
  if (!button) return;
  const row = button.closest("[data-row]");
  const mark = row && row.querySelector("input[name=pk]");
  if (mark && !document.querySelector("input[form=bulk][name=pk]:checked")) {
    mark.checked = true;
    mark.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const target = document.getElementById(button.dataset.choose);
  if (target) target.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches || !event.target.matches("[data-enter]")) return;
  event.preventDefault();
  event.target.parentElement.querySelector("button").click();
});

/* drafts: kept with every pause, one request at a time; what could not be kept stays in this browser */
let unkept = false, saving = null, sent = false, keeper = 0;
const spare = () => `unkept ${live.dataset.here}`;
function note(words) {
  const place = document.querySelector("[data-draft-says]");
  if (place && place.textContent !== words) place.textContent = words;
}
const fields = () => ({
  text: box().value, draft: value("draft") || "0", draft_version: value("draft_version") || "0", post: value("post") || "",
  kept: [...box().form.querySelectorAll("[name=file]")].map((one) => one.value).join(","),
  ...Object.fromEntries([...box().form.querySelectorAll("[name^=alt-]")].map((one) => [one.name, one.value])),
});
async function keep() {
  clearTimeout(keeper);
  if (!box() || sent || !unkept) return;
  if (saving) { keeper = setTimeout(keep, PAUSE / 4); return; }
  const given = fields();
  unkept = false;
  saving = new AbortController();
  try {
    const answer = await post(box().dataset.keep, given, { signal: saving.signal });
    const kept = await answer.json();
    if (!answer.ok) { note(kept.error || "Not kept"); return; }
    if (sent) return;
    field("draft").value = kept.draft;
    field("draft_version").value = kept.version;
    localStorage.removeItem(spare());
    note(kept.apart ? "Kept. Another window of yours wrote something else: load the page again to see both." : kept.draft ? "Draft kept" : "");
  } catch (error) {
    if (sent) return;
    unkept = true;
    localStorage.setItem(spare(), given.text);
    note("Not kept on the server yet: it stays in this browser until that works");
    keeper = setTimeout(keep, 5 * PAUSE);
  } finally {
    saving = null;
  }
}
document.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  unkept = true;
  clearTimeout(keeper);
  keeper = setTimeout(keep, PAUSE);
  const began = !writing();
  typed = Date.now();
  if (began) ask();
});
/* words put into the box by a script (a saved reply) count as typed */
document.addEventListener("change", (event) => { if (event.target === box()) { unkept = true; keep(); } });
document.addEventListener("submit", (event) => {
  if (!box() || event.target !== box().form || event.defaultPrevented) return;
  sent = true;
  typed = 0;
  clearTimeout(keeper);
  if (saving) saving.abort();
  localStorage.removeItem(spare());
});
window.addEventListener("pagehide", () => {
  const form = (given) => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token());
    for (const [name, word] of Object.entries(given)) data.append(name, word);
    return data;
  };
  if (unkept && !sent && box()) { localStorage.setItem(spare(), box().value); navigator.sendBeacon(box().dataset.keep, form(fields())); }
  if (live.dataset.leave) navigator.sendBeacon(live.dataset.leave, form({}));
});
window.addEventListener("pageshow", (event) => { if (event.persisted) { sent = false; ask(); } });
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); else keep(); });

/* what an interrupted connection left in this browser */
if (box()) {
  const left = localStorage.getItem(spare());
  if (left && left !== box().value) {
    if (!box().value) { box().value = left; unkept = true; keep(); }
    else if (box().value.startsWith(left)) localStorage.removeItem(spare());
    else {
      post(box().dataset.keep, { text: left, draft: "0", draft_version: "0" }).then((answer) => {
        if (answer.ok) { localStorage.removeItem(spare()); note("Words from an interrupted connection are kept as another draft: load the page again to see them."); }
      }, () => {});
    }
  } else if (left) localStorage.removeItem(spare());
}
timer = setTimeout(ask, live.dataset.here ? 0 : EVERY);
})();
