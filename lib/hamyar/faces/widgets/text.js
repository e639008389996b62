// Text of one line or several.  It is sent when the field is left, and when typing has paused.

const PAUSE_MS = 1500;

function render({ model, el }) {
  const id = `hamyar-text-${Math.random().toString(36).slice(2, 8)}-${++fields}`;
  const isLong = model.get("rows") > 1;
  const input = make(isLong ? "textarea" : "input", {
    ...{ id, autocomplete: "off", dir: model.get("is_number") ? "ltr" : "auto" },
    ...{ "aria-describedby": `${id}-hint ${id}-complaint`, maxlength: model.get("longest") },
    ...(isLong ? { rows: model.get("rows") } : { type: "text", inputmode: model.get("is_number") ? "tel" : undefined }),
  });
  const label = make("label", { for: id });
  const hint = make("p", { id: `${id}-hint`, class: "hamyar-hint" });
  const complaint = make("p", { id: `${id}-complaint`, class: "hamyar-complaint", role: "alert" });
  const control = make("div", { class: "hamyar-control" }, input);
  const root = make("div", { class: "hamyar-field hamyar-text", "data-lm-suppress-shortcuts": "true" });
  root.append(label, control, hint, complaint);
  let shown = "";
  let timer = 0;

  const display = () => (shown = input.value = model.get("value") ?? "");
  const complain = (sentence) => {
    complaint.textContent = sentence;
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
  };
  const commit = () => {
    clearTimeout(timer);
    if (input.disabled || input.value === shown) return;
    shown = input.value;
    model.set("value", shown.trim() === "" ? null : shown);
    model.save_changes();
  };
  const dress = () => {
    label.textContent = model.get("label");
    hint.textContent = model.get("description");
    input.disabled = model.get("disabled");
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
    root.classList.toggle("hamyar-disabled", input.disabled);
    complain(model.get("complaint"));
  };
  // What is being typed outlives a value that comes from elsewhere.
  const changed = () => document.activeElement !== input && display();
  const refused = (message) => {
    if (!message.refused) return;
    complain(message.refused);
    shown = null;
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(commit, PAUSE_MS);
  });
  input.addEventListener("blur", commit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !isLong) commit();
  });
  model.on("change:value", changed);
  model.on("change:label change:description change:disabled change:language change:complaint", dress);
  model.on("msg:custom", refused);
  dress();
  display();
  el.append(root);
  return () => {
    clearTimeout(timer);
    model.off("change:value", changed);
    model.off("change:label change:description change:disabled change:language change:complaint", dress);
    model.off("msg:custom", refused);
  };
}

export default { render };
