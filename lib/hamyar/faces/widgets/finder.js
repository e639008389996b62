// A search field; Python searches and says what stands below it.  The markup it sends is made of Hamyar's own blocks.

const SEARCH_AFTER_MS = 120;
let finders = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const id = `hamyar-finder-${Math.random().toString(36).slice(2, 8)}-${++finders}`;
  const label = make("label", { for: id });
  const input = make("input", {
    ...{ id, type: "search", dir: "auto", autocomplete: "off", spellcheck: "false", enterkeyhint: "search" },
    ...{ maxlength: String(model.get("longest")), "aria-describedby": `${id}-hint`, "aria-controls": `${id}-found` },
  });
  const clear = make("button", { type: "button", "aria-controls": id });
  const hint = make("p", { id: `${id}-hint`, class: "hamyar-finder-hint" });
  const told = make("p", { class: "hamyar-finder-told", role: "status", "aria-live": "polite" });
  const found = make("div", { id: `${id}-found`, class: "hamyar-finder-found" });
  const line = make("div", { class: "hamyar-finder-line" }, input, clear);
  const field = make("div", { role: "search", class: "hamyar-finder-field" }, label, line, hint);
  // JupyterLab would take letters and arrows for its own shortcuts.
  const root = make("div", { class: "hamyar-finder", "data-lm-suppress-shortcuts": "true" }, field, told, found);

  const name = () => {
    root.dir = model.get("language") === "fa" ? "rtl" : "ltr";
    label.textContent = model.get("label");
    hint.textContent = model.get("description");
    clear.textContent = "×";
    clear.setAttribute("aria-label", model.get("_clear"));
    clear.title = model.get("_clear");
  };
  const show = () => {
    const { html, told: sentence } = model.get("_found");
    found.innerHTML = html;
    if (told.textContent !== sentence) told.textContent = sentence;
  };

  let timer = 0;
  const search = () => {
    clearTimeout(timer);
    clear.hidden = input.value === "";
    if (model.get("value") === input.value) return;
    model.set("value", input.value);
    model.save_changes();
  };
  const searchSoon = () => {
    clearTimeout(timer);
    clear.hidden = input.value === "";
    timer = setTimeout(search, SEARCH_AFTER_MS);
  };
  const empty = () => {
    input.value = "";
    search();
    input.focus();
  };
  input.addEventListener("input", searchSoon);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || input.readOnly) return;
    if (event.key === "Enter") search();
    else if (event.key === "Escape" && input.value !== "") empty();
    else return;
    event.preventDefault();
  });
  clear.addEventListener("click", empty);
  const follow = () => {
    // What is being typed is newer than what the kernel holds.
    if (document.activeElement !== input) input.value = model.get("value");
    clear.hidden = input.value === "";
  };

  name();
  input.value = model.get("value");
  clear.hidden = input.value === "";
  show();
  for (const part of ["label", "description", "language", "_clear"]) model.on(`change:${part}`, name);
  model.on("change:_found", show);
  model.on("change:value", follow);
  el.append(root);
  return () => {
    clearTimeout(timer);
    for (const part of ["label", "description", "language", "_clear"]) model.off(`change:${part}`, name);
    model.off("change:_found", show);
    model.off("change:value", follow);
  };
}

export default { render };
