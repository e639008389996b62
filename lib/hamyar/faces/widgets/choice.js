// One of a few answers.  The browser's own radio buttons and list do the work of keys and speech.

function render({ model, el }) {
  const id = `hamyar-choice-${Math.random().toString(36).slice(2, 8)}-${++fields}`;
  const again = make("button", { type: "button", class: "hamyar-again" });
  const isList = model.get("look") === "list";
  const described = `${id}-hint ${id}-complaint`;
  const hint = make("p", { id: `${id}-hint`, class: "hamyar-hint" });
  const complaint = make("p", { id: `${id}-complaint`, class: "hamyar-complaint", role: "alert" });
  const label = isList ? make("label", { for: id }) : make("legend", { id: `${id}-label` });
  const control = isList
    ? make("select", { id, "aria-describedby": described })
    : make("div", { class: "hamyar-answers" });
  const frame = isList
    ? make("div", { class: "hamyar-control" }, control)
    : make("fieldset", { role: "radiogroup", "aria-describedby": described }, label, hint, control, again, complaint);
  const root = make("div", {
    class: `hamyar-field hamyar-choice hamyar-choice-${model.get("look")}`,
    "data-lm-suppress-shortcuts": "true",
  });
  root.append(...(isList ? [label, frame, hint, again, complaint] : [frame]));

  const commit = (value) => {
    if (model.get("disabled") || value === model.get("value")) return;
    model.set("value", value);
    model.save_changes();
  };
  const radio = (code, words) => {
    const button = make("input", { type: "radio", name: id, value: code });
    button.addEventListener("change", () => button.checked && commit(code));
    return make("label", { class: "hamyar-answer" }, button, make("span", {}, words));
  };
  const fillIn = () => {
    const [options, asides] = [model.get("options"), model.get("asides")];
    if (isList) {
      const none = model.get("is_required") ? [] : [make("option", { value: "" }, model.get("_texts").none)];
      control.replaceChildren(...none, ...options.map(([code, words]) => make("option", { value: code }, words)));
    } else {
      const [answers, apart] = [options.filter(([code]) => !asides.includes(code)), options.filter(([code]) => asides.includes(code))];
      const rows = (some) => some.map(([code, words]) => radio(code, words));
      control.replaceChildren(...rows(answers));
      if (apart.length) control.append(make("div", { class: "hamyar-asides" }, ...rows(apart)));
    }
    dress();
    display();
  };
  const display = () => {
    const value = model.get("value");
    if (isList) control.value = value ?? "";
    else for (const button of control.querySelectorAll("input")) button.checked = button.value === value;
  };
  const complain = (sentence) => {
    complaint.textContent = sentence;
    (isList ? control : frame).setAttribute("aria-invalid", String(Boolean(sentence)));
  };
  const dress = () => {
    label.textContent = model.get("label");
    hint.textContent = model.get("description");
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
    (isList ? control : frame).disabled = model.get("disabled");
    root.classList.toggle("hamyar-disabled", model.get("disabled"));
    again.textContent = model.get("again");
    again.hidden = model.get("again") === "";
    again.setAttribute("aria-label", `${model.get("again")}: ${model.get("label")}`);
    complain(model.get("complaint"));
  };
  const refused = (message) => {
    if (!message.refused) return;
    display();
    complain(message.refused);
  };
  again.addEventListener("click", () => model.send({ again: true }));
  if (isList) control.addEventListener("change", () => commit(control.value === "" ? null : control.value));
  model.on("change:value", display);
  model.on("change:options change:asides change:_texts", fillIn);
  model.on("change:label change:description change:disabled change:language change:complaint change:again", dress);
  model.on("msg:custom", refused);
  fillIn();
  el.append(root);
  return () => {
    model.off("change:value", display);
    model.off("change:options change:asides change:_texts", fillIn);
    model.off("change:label change:description change:disabled change:language change:complaint change:again", dress);
    model.off("msg:custom", refused);
  };
}

export default { render };
