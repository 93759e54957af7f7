// "Report this" and "Feedback" on a site's own pages. No cookies, nothing but this file; docs/connectors.md says how.
(() => {
  const me = document.currentScript;
  const words = Object.assign({
    report: "Report this", feedback: "Feedback", why: "What is wrong with it?", text: "What would you like to tell us?",
    name: "Your name (optional)", email: "Your e-mail (optional, for an answer)", send: "Send", close: "Close",
    busy: "Sending …", thanks: "Thank you. It has been sent.", status: "See what becomes of it", failed: "It could not be sent. Please try again later.",
  }, JSON.parse(me.dataset.words || "{}"));
  const make = (tag, more, ...inside) => {
    const one = Object.assign(document.createElement(tag), more);
    one.append(...inside);
    return one;
  };
  const field = (tag, name, label, more) => {
    const input = make(tag, { name, id: "hubbub-" + name, ...more });
    const row = make("p", {}, make("label", { htmlFor: input.id }, label), make("br"), input);
    input.style.cssText = "box-sizing:border-box;width:100%;min-height:2rem;font:inherit";
    return row;
  };
  const button = (type, label) => {
    const one = make("button", { type }, label);
    one.style.cssText = "min-height:2rem;margin-right:.5rem;font:inherit";
    return one;
  };

  function open(kind, post) {
    const says = make("p", { role: "status" });
    const send = button("submit", words.send), close = button("button", words.close);
    const trap = field("input", "website", "Leave this empty", { tabIndex: -1, autocomplete: "off" });
    trap.style.cssText = "position:absolute;left:-99rem";
    trap.setAttribute("aria-hidden", "true");
    const form = make("form", {},
      make("h2", { id: "hubbub-title" }, words[kind]),
      field("textarea", "text", kind === "report" ? words.why : words.text,
        { rows: 4, maxLength: kind === "report" ? 2000 : 10000, required: kind !== "report" }),
      field("input", "name", words.name, { maxLength: 200, autocomplete: "name" }),
      field("input", "email", words.email, { type: "email", maxLength: 254, autocomplete: "email" }),
      trap, make("p", {}, send, close), says);
    const dialog = make("dialog", { className: "hubbub" }, form);
    dialog.setAttribute("aria-labelledby", "hubbub-title");
    dialog.style.cssText = "width:min(30rem,90vw)";
    close.onclick = () => dialog.close();
    dialog.onclose = () => dialog.remove();
    form.onsubmit = async (event) => {
      event.preventDefault();
      send.disabled = true;
      says.textContent = words.busy;
      const given = Object.fromEntries(new FormData(form));
      const body = JSON.stringify({ ...given, kind, post, key: me.dataset.key, url: location.href.slice(0, 2000) });
      try {
        const answer = await fetch(me.dataset.to, {
          method: "POST", body, credentials: "omit", headers: { "Content-Type": "application/json" },
        });
        if (answer.ok) {
          form.replaceChildren(form.firstChild, says, close);
          says.textContent = words.thanks;
          const { status } = await answer.json().catch(() => ({}));
          if (status) says.append(" ", make("a", { href: status, target: "_blank", rel: "noopener" }, words.status));
          close.focus();
          return;
        }
        const told = answer.status === 422 || answer.status === 429 ? (await answer.json()).detail : "";
        says.textContent = told || words.failed;
      } catch {
        says.textContent = words.failed;
      }
      send.disabled = false;
    };
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-hubbub-report],[data-hubbub-feedback]");
    if (!pressed) return;
    const post = pressed.dataset.hubbubReport;
    open(post === undefined ? "feedback" : "report", post === undefined ? "" : post || location.href.slice(0, 500));
  });
})();
