/* The calendar by keyboard and by dragging, and counters in the editor. Everything here is a shortcut to a link or a
   form that works without it. */
"use strict";
(() => {
  const calendar = document.querySelector("[data-calendar]");
  const days = () => [...document.querySelectorAll(".cal-day")];
  const mover = document.getElementById("mover");
  const say = (words) => { const place = document.getElementById("cal-said"); if (place) place.textContent = words; };

  function send(item, fields) {
    mover.action = mover.dataset.address.replace("/0/", `/${item}/`);
    for (const name of ["days", "minutes", "to", "from"]) mover.elements[name].value = fields[name] ?? "";
    mover.elements.back.value = mover.elements.back.value.replace(/#.*/, "") + `#item-${item}`;
    mover.submit();
  }

  if (calendar) {
    const first = calendar.querySelector(".cal-day.today") || calendar.querySelector(".cal-day:not(.outside)");
    if (first) first.tabIndex = 0;
    /* who came from moving an entry stands on it again */
    const moved = location.hash.startsWith("#item-") && document.querySelector(`[data-item="${CSS.escape(location.hash.slice(6))}"] [data-open]`);
    if (moved) { moved.focus(); say("Moved"); }

    document.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
      const by = steps[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
      const entry = event.target.closest(".cal-entry");
      if (by && event.shiftKey && entry && entry.hasAttribute("data-movable") && mover) {
        event.preventDefault();
        const hours = calendar.dataset.calendar === "week" && Math.abs(by) === 7;
        send(entry.dataset.item, hours ? { minutes: by > 0 ? 60 : -60 } : { days: by });
        return;
      }
      if (!by || event.shiftKey) return;
      const all = days();
      const here = all.indexOf(event.target.closest(".cal-day"));
      const at = here < 0 ? all.findIndex((day) => day.tabIndex === 0) : here + by;
      event.preventDefault();
      if (at < 0 || at >= all.length) {
        const link = document.querySelector(at < 0 ? "a[rel=prev]" : "a[rel=next]");
        if (here >= 0 && link) link.click();
        return;
      }
      all.forEach((day) => { day.tabIndex = -1; });
      all[at].tabIndex = 0;
      all[at].focus();
    });
    /* Enter or "o" on a day opens its first entry; "n" plans for that day */
    calendar.addEventListener("keydown", (event) => {
      if (!event.target.matches(".cal-day")) return;
      const open = event.target.querySelector("[data-open]");
      if ((event.key === "Enter" || event.key === "o") && open) { event.preventDefault(); event.stopPropagation(); open.focus(); if (event.key === "o") open.click(); }
    });
    calendar.addEventListener("focusin", (event) => {
      const day = event.target.closest(".cal-day");
      const link = document.querySelector("[data-new]");
      if (day && link) link.search = `?when=${day.dataset.day}T09:00`;
    });

    if (mover) {
      let held = null;
      calendar.addEventListener("dragstart", (event) => {
        held = event.target.closest("[data-movable]");
        if (held) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", held.dataset.item); }
      });
      const over = (event) => {
        const day = event.target.closest(".cal-day");
        days().forEach((one) => one.classList.toggle("target-day", one === day && held !== null));
        if (day && held) event.preventDefault();
      };
      calendar.addEventListener("dragover", over);
      calendar.addEventListener("dragend", () => { held = null; days().forEach((one) => one.classList.remove("target-day")); });
      calendar.addEventListener("drop", (event) => {
        const day = event.target.closest(".cal-day");
        if (!day || !held) return;
        event.preventDefault();
        send(held.dataset.item, { to: `${day.dataset.day}T${held.dataset.at.slice(11)}`, from: held.dataset.at });
      });
    }
  }

  /* counters: what a network counts of a text, as the server does; tags that are added to links come on top */
  const composer = document.querySelector("[data-composer]");
  if (!composer) return;
  const address = new RegExp(composer.dataset.address, "gi");
  const mention = new RegExp(composer.dataset.mention, "gi");
  const segmenter = window.Intl && Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

  function length(text, counter) {
    let counted = text;
    if (counter.dataset.link) counted = counted.replace(address, "x".repeat(Number(counter.dataset.link)));
    if (counter.dataset.mentions) counted = counted.replace(mention, "@$1");
    if (counter.dataset.counts === "bytes") return new TextEncoder().encode(counted).length;
    if (counter.dataset.counts === "graphemes" && segmenter) return [...segmenter.segment(counted)].length;
    return [...counted].length;
  }

  /* what a network counts in bytes is told in characters */
  function inBytes(text, used, most) {
    const bytes = new TextEncoder().encode(text), all = [...text].length;
    if (used <= most) return `${all} characters, room for about ${Math.floor((most - used) * all / used)} more`;
    let end = Math.max(0, bytes.length - (used - most));
    while (end > 0 && (bytes[end] & 0xc0) === 0x80) end -= 1;
    return `${all - [...new TextDecoder().decode(bytes.slice(0, end))].length} too many: ${all} characters`;
  }

  function count() {
    composer.querySelectorAll("[data-version]").forEach((version) => {
      const counter = version.querySelector("[data-counter]");
      if (!counter) return;
      const own = version.querySelector(".version-own");
      const text = own && own.checked ? version.querySelector(".own textarea").value : composer.querySelector("#text").value;
      const used = length(text.trim().replace(/\r\n/g, "\n"), counter);
      const most = Number(counter.dataset.most);
      counter.classList.toggle("over", Boolean(most) && used > most);
      counter.textContent = most
        ? (used > most ? `${used - most} too many: ${used} of ${most} characters` : `${used} of ${most} characters, ${most - used} left`)
        : `${used} characters; no limit is known`;
      if (most && counter.dataset.counts === "bytes" && used) counter.textContent = inBytes(text.trim().replace(/\r\n/g, "\n"), used, most);
    });
  }
  composer.addEventListener("input", count);
  composer.addEventListener("change", count);
  composer.querySelectorAll(".version-own").forEach((box) => box.addEventListener("change", () => {
    const own = box.closest("[data-version]").querySelector(".own textarea");
    if (box.checked && !own.value) { own.value = composer.querySelector("#text").value; count(); }
  }));
  count();
})();
