// A heading that is a button; it says whether what follows it is open.

function render({ model, el }) {
  const title = make("span", { class: "hamyar-disclosure-title" });
  const note = make("span", { class: "hamyar-disclosure-note" });
  const button = make("button", { type: "button" }, picture("M6 9l6 6 6-6"), title, note);
  const root = make(`h${model.get("heading")}`, { class: "hamyar-field hamyar-disclosure", "data-lm-suppress-shortcuts": "true" }, button);
  const display = () => button.setAttribute("aria-expanded", String(model.get("value")));
  const dress = () => {
    title.textContent = model.get("label");
    note.textContent = model.get("note");
    button.disabled = model.get("disabled");
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
  };
  button.addEventListener("click", () => {
    model.set("value", !model.get("value"));
    model.save_changes();
  });
  model.on("change:value", display);
  model.on("change:label change:note change:disabled change:language", dress);
  display();
  dress();
  el.append(root);
  return () => {
    model.off("change:value", display);
    model.off("change:label change:note change:disabled change:language", dress);
  };
}

export default { render };
