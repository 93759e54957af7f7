/* Names that can be written after an @ in a note: a list that comes up as one writes. Without it, names are written out. */
"use strict";
(() => {
  const box = document.querySelector("textarea[data-names]");
  const given = document.getElementById("names-to-write");
  if (!box || !given) return;
  const names = JSON.parse(given.textContent);
  const list = document.createElement("ul");
  list.id = "names-offered";
  list.className = "names-offered";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Colleagues and teams");
  list.hidden = true;
  box.after(list);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  let at = 0;

  const begun = () => {
    const found = /(^|[^\w.])@([^\s@"]{0,40})$/.exec(box.value.slice(0, box.selectionStart));
    return found ? found[2].toLowerCase() : null;
  };
  const shut = () => {
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
  };
  const mark = () => {
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    box.setAttribute("aria-activedescendant", `name-offered-${at}`);
  };
  const take = (write) => {
    const end = box.selectionStart;
    const start = box.value.slice(0, end).lastIndexOf("@");
    box.setRangeText(`@${write} `, start, end, "end");
    shut();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const offer = () => {
    const word = begun();
    const fit = word === null ? [] : names.filter((one) => `${one.write} ${one.who}`.toLowerCase().includes(word)).slice(0, 6);
    if (!fit.length) { shut(); return; }
    at = 0;
    list.replaceChildren(...fit.map((one, number) => {
      const item = document.createElement("li");
      item.id = `name-offered-${number}`;
      item.setAttribute("role", "option");
      item.dataset.write = one.write;
      item.textContent = one.who === one.write ? one.who : `${one.who} (${one.write})`;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(one.write); });
      return item;
    }));
    list.hidden = false;
    mark();
  };
  box.addEventListener("input", offer);
  box.addEventListener("blur", shut);
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : list.children.length - 1)) % list.children.length;
      mark();
    } else if (event.key === "Enter" || event.key === "Tab") take(list.children[at].dataset.write);
    else if (event.key === "Escape") { shut(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  });
})();
