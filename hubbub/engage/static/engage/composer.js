/* The composer: counts along as the network counts, shows the field for a time where one is wanted, keeps files as
   they are chosen, dropped or pasted. Without this script all of it works when the form is sent. */
"use strict";
(() => {
const form = document.querySelector("[data-composer]");
if (!form || form.dataset.begun) return;
form.dataset.begun = "yes";
const limits = JSON.parse(form.dataset.composer);
const box = form.querySelector("textarea[name=text]");
const told = form.querySelector("[data-count-here]");
const said = form.querySelector("[data-count-said]");

/* --- how long it is there */
const address = new RegExp(limits.address, "gi");
const mention = new RegExp(limits.mention, "gi");
const segments = typeof Intl.Segmenter === "function" ? new Intl.Segmenter("und", { granularity: "grapheme" }) : null;
function measure(text) {
  if (limits.link !== null) text = text.replace(address, "x".repeat(limits.link));
  if (limits.short_mentions) text = text.replace(mention, "@$1");
  if (limits.counts === "bytes") return new TextEncoder().encode(text).length;
  if (limits.counts === "graphemes" && segments) return [...segments.segment(text)].length;
  return [...text].length;
}
/* what a network counts in bytes is told in characters: how many there are, for how many like them there is room, how
   many at the end are too many */
function inBytes(text, length) {
  const bytes = new TextEncoder().encode(text), all = [...text].length;
  if (length <= limits.most) return `${all} characters, room for about ${Math.floor((limits.most - length) * all / length)} more`;
  let end = Math.max(0, bytes.length - (length - limits.most));
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end -= 1;
  return `${all} characters, the last ${all - [...new TextDecoder().decode(bytes.slice(0, end))].length} too many`;
}
let before = "";
function count() {
  const words = box.value.trim();
  const named = limits.extra_name && words.toLowerCase().includes(limits.extra_name.toLowerCase());
  const length = words ? measure(words) + (named ? 0 : limits.extra) : 0;
  const over = limits.most !== null && length > limits.most;
  told.textContent = limits.most === null ? (length ? String(length) : "") : `${length} of ${limits.most}${over ? `, ${length - limits.most} too many` : ""}`;
  if (limits.counts === "bytes" && limits.most !== null && length) told.textContent = inBytes(words, length);
  told.style.color = over ? "var(--bad)" : "";
  told.style.fontWeight = over ? "600" : "";
  const stage = over ? "Too long for one reply there" : limits.most !== null && limits.most - length < 20 && length ? "Nearly at the limit" : "";
  if (stage !== before) { before = stage; said.textContent = stage; }
}
box.addEventListener("input", count);
box.addEventListener("change", count);
count();

/* --- when it goes */
const when = form.querySelector("[name=when]");
const at = form.querySelector("[data-at]");
const show = () => { at.hidden = when.value !== "at"; };
when.addEventListener("change", () => { show(); if (!at.hidden) at.querySelector("input").focus(); });
show();

/* --- files */
const chooser = form.querySelector("input[type=file]");
const list = form.querySelector("[data-files]");
const word = form.querySelector("[data-files-said]");
if (!chooser) return;
function row(file) {
  const line = document.createElement("li");
  line.className = "inline";
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "file", value: file.id });
  const name = document.createElement("span");
  if (file.shown) name.append(Object.assign(document.createElement("img"), { src: file.shown, alt: "", width: 48, height: 48, style: "object-fit: cover; vertical-align: middle; margin-right: .4rem" }));
  name.append(file.name);
  if (file.keeps) name.append(Object.assign(document.createElement("span"), { className: "small quiet", style: "display: block", textContent: file.keeps }));
  const place = document.createElement("span");
  place.className = "grow";
  const label = Object.assign(document.createElement("label"), { htmlFor: `alt-${file.id}`, className: "small", textContent: "What can be seen in it, for those who cannot see it" });
  const alt = Object.assign(document.createElement("input"), { type: "text", id: `alt-${file.id}`, name: `alt-${file.id}`, maxLength: 1500 });
  place.append(label, alt);
  line.append(hidden, name, place, away(file.name));
  list.append(line);
  return alt;
}
function away(name) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Take off" });
  button.setAttribute("aria-label", `Take off ${name}`);
  return button;
}
for (const mark of list.querySelectorAll("[data-off]")) mark.replaceWith(away(mark.closest("li").dataset.file));
const changed = () => box.dispatchEvent(new Event("change", { bubbles: true })); // they are kept with the draft
let underway = 0; // files that are not kept yet: nothing leaves without them
async function add(files) {
  underway += files.length;
  for (const file of files) {
    word.textContent = `Keeping ${file.name} …`;
    const data = new FormData();
    data.append("file", file, file.name);
    try {
      const answer = await fetch(form.dataset.fileAdd, { method: "POST", body: data, headers: { "x-csrftoken": form.querySelector("[name=csrfmiddlewaretoken]").value } });
      const kept = await answer.json();
      if (!answer.ok) { word.textContent = kept.error; continue; }
      const alt = row(kept);
      word.textContent = `${kept.name} is attached.`;
      changed();
      if (kept.mime.startsWith("image/")) alt.focus();
    } catch (error) {
      word.textContent = `${file.name} did not arrive. Try again.`;
    } finally {
      underway -= 1;
    }
  }
}
form.addEventListener("submit", (event) => {
  if (!underway) return;
  event.preventDefault();
  event.stopPropagation(); // it is not sent: what is typed stays a draft
  word.textContent = "A file is still on its way. Send again once it is attached.";
});
list.addEventListener("click", (event) => {
  const line = event.target.closest("button") && event.target.closest("li");
  if (line) { line.remove(); chooser.focus(); word.textContent = "Taken off."; changed(); }
});
list.addEventListener("change", changed);
chooser.addEventListener("change", () => { const files = [...chooser.files]; chooser.value = ""; add(files); });
box.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (files.length) { event.preventDefault(); add(files); }
});
form.addEventListener("dragover", (event) => { if ([...event.dataTransfer.types].includes("Files")) event.preventDefault(); });
form.addEventListener("drop", (event) => {
  const files = [...event.dataTransfer.files];
  if (files.length) { event.preventDefault(); add(files); }
});
})();
