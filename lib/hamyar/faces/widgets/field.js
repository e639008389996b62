// What both fields share: digits of three kinds, and the frame of label, input, hint, read-back and complaint.
// Text goes into the page as text only, never as markup.

const PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹";
const INVISIBLE = /[\u200b-\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g;

// Latin digits, and no marks that only turn the direction of the text.
export const plain = (text) =>
  text
    .replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x6f0)
    .replace(/[٠-٩]/g, (digit) => digit.charCodeAt(0) - 0x660)
    .replace(INVISIBLE, "");

export const written = (value, language) =>
  language === "fa" ? String(value).replace(/[0-9]/g, (digit) => PERSIAN_DIGITS[digit]) : String(value);

// What a person typed keeps its own direction inside a sentence.
const isolated = (text) => `\u2068${text}\u2069`;
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function picture(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["focusable", "false"]])
    svg.setAttribute(name, value);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

let fields = 0;

// Longer than any amount or day in words of anybody's.
const LONGEST_UNREAD = 200;

// The frame around one input.  `read(text)` gives {value} or {complaint}; `show(value)` gives the text of a value;
// `tell(value)` says below the input what was understood.  Returns the parts and the two ways to change them.
// A text that is no value stays, and Python is told of it as `unread`: else a form could be submitted over it.
function frame(model, el, kind, { read, show, tell, attributes = {} }) {
  const id = `hamyar-${kind}-${Math.random().toString(36).slice(2, 8)}-${++fields}`;
  const label = make("label", { for: id });
  const said = `${id}-hint ${id}-told ${id}-complaint`;
  const input = make("input", {
    ...{ id, type: "text", dir: "ltr", autocomplete: "off", spellcheck: "false", "aria-describedby": said },
    maxlength: LONGEST_UNREAD,
    ...attributes,
  });
  const control = make("div", { class: "hamyar-control" }, input);
  const hint = make("p", { id: `${id}-hint`, class: "hamyar-hint" });
  const told = make("p", { id: `${id}-told`, class: "hamyar-told", "aria-live": "polite" });
  const complaint = make("p", { id: `${id}-complaint`, class: "hamyar-complaint", role: "alert" });
  // JupyterLab would take letters and arrows for its own shortcuts.
  const root = make(
    "div",
    { class: `hamyar-field hamyar-${kind}`, "data-lm-suppress-shortcuts": "true" },
    ...[label, control, hint, told, complaint],
  );
  let shown = "";

  const complain = (sentence) => {
    complaint.textContent = sentence;
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
  };
  const display = () => {
    const [value, unread] = [model.get("value"), model.get("unread")];
    shown = input.value = unread || show(value);
    told.textContent = unread ? "" : tell(value);
    complain((unread && read(unread).complaint) || model.get("complaint"));
  };
  const keep = (traits) => {
    for (const [name, value] of Object.entries(traits)) if (value !== model.get(name)) model.set(name, value);
    model.save_changes();
    display();
  };
  const commit = () => {
    if (input.disabled || input.value === shown) return complaint.textContent === "";
    const { value, complaint: sentence } = read(input.value);
    keep(sentence ? { unread: input.value } : { unread: "", value });
    return !sentence;
  };
  const dress = () => {
    label.textContent = model.get("label");
    hint.textContent = model.get("description");
    input.disabled = model.get("disabled");
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
    root.classList.toggle("hamyar-disabled", input.disabled);
  };
  const changed = () => {
    // Half-typed text outlives a value that comes from elsewhere; leaving the field settles it.
    if (document.activeElement !== input || input.value === shown) display();
  };
  // What is being typed is not judged before the field is left.
  const complainAnew = () => input.value === shown && display();
  const refused = (message) => {
    if (!message.refused) return;
    display();
    complain(message.refused);
  };

  input.addEventListener("blur", commit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") commit();
    else if (event.key === "Escape" && (input.value !== shown || complaint.textContent)) {
      event.preventDefault();
      keep({ unread: "" });
    }
  });
  model.on("change:value change:unread", changed);
  model.on("change:complaint", complainAnew);
  model.on("change:label change:description change:disabled change:language", dress);
  model.on("change:_texts", display);
  model.on("msg:custom", refused);
  dress();
  display();
  el.append(root);

  const leave = () => {
    model.off("change:value change:unread", changed);
    model.off("change:complaint", complainAnew);
    model.off("change:label change:description change:disabled change:language", dress);
    model.off("change:_texts", display);
    model.off("msg:custom", refused);
  };
  return { id, root, control, input, told, complain, display, commit, leave };
}
