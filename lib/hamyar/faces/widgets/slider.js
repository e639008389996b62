// The browser's own slider; Python hears of a value when the hand rests, not at every step on the way.

const REST_MS = 200;

function render({ model, el }) {
  const id = `hamyar-slider-${Math.random().toString(36).slice(2, 8)}-${++fields}`;
  const label = make("label", { for: id });
  const input = make("input", { id, type: "range", "aria-describedby": `${id}-hint` });
  const told = make("output", { for: id, class: "hamyar-slider-told" });
  const hint = make("p", { id: `${id}-hint`, class: "hamyar-hint" });
  const root = make("div", { class: "hamyar-field hamyar-slider", "data-lm-suppress-shortcuts": "true" });
  root.append(label, make("div", { class: "hamyar-slider-row" }, input, told), hint);
  let timer = 0;

  const say = (value) => {
    const names = model.get("names");
    const digits = String(value).replace(/\B(?=([0-9]{3})+$)/g, model.get("_texts").separator);
    const text = names[value - model.get("min")] ?? `${written(digits, model.get("language"))} ${model.get("unit")}`;
    told.textContent = text.trim();
    input.setAttribute("aria-valuetext", told.textContent);
  };
  const display = () => {
    const value = model.get("value");
    input.value = value ?? model.get("min");
    if (value !== null) return say(value);
    told.textContent = model.get("unset");
    input.setAttribute("aria-valuetext", told.textContent);
  };
  const dress = () => {
    label.textContent = model.get("label");
    hint.textContent = model.get("description");
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
    for (const name of ["min", "max", "step"]) input[name] = model.get(name);
    input.disabled = model.get("disabled");
  };
  const commit = () => {
    clearTimeout(timer);
    const value = Math.round(Number(input.value));
    if (value === model.get("value")) return;
    model.set("value", value);
    model.save_changes();
  };
  input.addEventListener("input", () => {
    say(Math.round(Number(input.value)));
    clearTimeout(timer);
    timer = setTimeout(commit, REST_MS);
  });
  input.addEventListener("change", commit);
  model.on("change:value change:_texts", display);
  model.on("change:label change:description change:disabled change:language change:min change:max change:step", dress);
  dress();
  display();
  el.append(root);
  return () => {
    clearTimeout(timer);
    model.off("change:value change:_texts", display);
    model.off("change:label change:description change:disabled change:language change:min change:max change:step", dress);
  };
}

export default { render };
