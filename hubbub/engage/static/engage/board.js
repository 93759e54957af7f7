/* The board: arrow keys go from stage to stage, a card can be dragged. All of it also works by each card's select. */
"use strict";
const columns = () => [...document.querySelectorAll(".board > section")];
const cardsOf = (column) => [...column.querySelectorAll("[data-row]")];

function beside(card, by) {
  const all = columns();
  const from = all.indexOf(card.closest(".board > section"));
  const at = cardsOf(all[from]).indexOf(card);
  for (let to = from + by; to >= 0 && to < all.length; to += by) {
    const cards = cardsOf(all[to]);
    if (cards.length) return cards[Math.min(at, cards.length - 1)];
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const card = chosen();
  if (!card || !card.closest(".board")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const next = beside(card, event.key === "ArrowLeft" ? -1 : 1);
    if (next) { event.preventDefault(); choose(next); }
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const cards = cardsOf(card.closest(".board > section"));
    const next = cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) { event.preventDefault(); choose(next); }
  }
});

let dragged = null;
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest && event.target.closest(".board [data-row]");
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.id);
});
document.addEventListener("dragend", () => {
  dragged = null;
  columns().forEach((column) => column.classList.remove("over"));
});
document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest && event.target.closest(".board > section");
  columns().forEach((other) => other.classList.toggle("over", other === column));
  if (column) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest && event.target.closest(".board > section");
  if (!column) return;
  event.preventDefault();
  const form = dragged.querySelector("form[data-move]");
  if (!form || column.contains(dragged)) return;
  form.elements.stage.value = column.dataset.stage;
  form.requestSubmit(form.querySelector("button[data-go-there]"));
});

/* after a move the card that was moved is chosen again; once all is loaded, as going to a #place takes the focus away */
window.addEventListener("load", () => {
  const card = location.hash && document.querySelector(`.board ${location.hash.replace(/[^#\w-]/g, "")}`);
  if (card) setTimeout(() => choose(card));
});
