// An amount in whole rial: separators appear while it is typed, and Python says it in words below.

const SEPARATORS = /[,٬،'’_\s]/g;
const TOMAN = /توم[ا]?ن|تومنی|tom[ae]n|tuman/i;
const UNIT = /(ریال|ريال|rials?|irr)\s*\.?$/i;
const WORDS_AFTER_MS = 200;
const LARGEST = 10 ** 15;

// The number in a text, or which sentence says what is wrong with it.  `min` and `max` may be null.
export function readAmount(text, { min, max }) {
  if (TOMAN.test(text)) return { fault: "toman" };
  const bare = plain(text).trim().replace(UNIT, "").trim().replace(/^[−]/, "-");
  if (bare === "") return UNIT.test(plain(text).trim()) ? { fault: "not_an_amount" } : { value: null };
  if (/^-?[0-9][0-9,٬،'’_\s]*[.\/٫][0-9]+$/.test(bare)) return { fault: "not_whole" };
  // "1,25" is a decimal comma or a slip; a guess would be wrong a hundredfold.
  const grouped = bare.replace(/[٬،'’_\s]/g, ",");
  if (!/^-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)$/.test(grouped)) return { fault: "not_an_amount" };
  const value = Number(grouped.replace(/,/g, ""));
  if (Math.abs(value) > LARGEST) return { fault: "beyond" };
  if (min !== null && value < min) return { fault: "too_small" };
  if (max !== null && value > max) return { fault: "too_large" };
  return { value: value === 0 ? 0 : value };
}

export function grouped(digits, separator) {
  return digits.replace(/\B(?=([0-9]{3})+$)/g, separator);
}

// The text with its separators where they belong, or null when it is more than digits and separators.
function regrouped(text, separator, language) {
  const bare = plain(text).replace(SEPARATORS, "");
  if (!/^-?[0-9]+$/.test(bare)) return null;
  const sign = bare.startsWith("-") ? "-" : "";
  return written(sign + grouped(bare.slice(sign.length), separator), language);
}

function render({ model, el }) {
  let answer = {};
  // Words stand under the amount that they say, or not at all.
  const wordsOf = (value) => [answer, model.get("_said")].find((said) => said.amount === value)?.words ?? "";
  const bounds = () => ({ min: model.get("min"), max: model.get("max") });
  const separator = () => model.get("_texts").separator;
  const field = frame(model, el, "rial", {
    attributes: { inputmode: "numeric" },
    read: (text) => {
      const { value, fault } = readAmount(text, bounds());
      return fault ? { complaint: fill(model.get("_texts")[fault], { value: isolated(text.trim()) }) } : { value };
    },
    show: (value) => (value === null ? "" : regrouped(String(value), separator(), model.get("language"))),
    tell: wordsOf,
  });
  const { input, told, control } = field;
  const unit = make("span", { class: "hamyar-unit", id: `${field.id}-unit` });
  control.append(unit);
  input.setAttribute("aria-describedby", `${unit.id} ${input.getAttribute("aria-describedby")}`);
  const name = () => (unit.textContent = model.get("_texts").unit);
  name();

  let timer = 0;
  const ask = () => {
    clearTimeout(timer);
    const { value } = readAmount(input.value, { min: null, max: null });
    told.textContent = "";
    if (value === null || value === undefined) return;
    timer = setTimeout(() => model.send({ typed: value }), WORDS_AFTER_MS);
  };
  // An amount that the field refuses is not told as if it were taken.
  const said = () => {
    const { value, fault } = readAmount(input.value, bounds());
    told.textContent = fault ? "" : wordsOf(value);
  };
  const answered = (message) => {
    if (!message.said) return;
    answer = message.said;
    said();
  };

  input.addEventListener("input", (event) => {
    field.complain("");
    // What comes whole, by paste, is judged as it is; what is typed digit by digit is grouped anew each time.
    const whole = !event.inputType || /^insertFrom|^insertReplacement/.test(event.inputType);
    if (whole && readAmount(input.value, bounds()).fault) return ask();
    const text = regrouped(input.value, separator(), model.get("language"));
    if (text !== null && text !== input.value) {
      // The caret stays before the same digit, counted from the end.
      const after = plain(input.value.slice(input.selectionStart)).replace(SEPARATORS, "").length;
      let caret = text.length;
      for (let left = after; left > 0 && caret > 0; caret--) if (text[caret - 1] !== separator()) left--;
      input.value = text;
      input.setSelectionRange(caret, caret);
    }
    return ask();
  });
  input.addEventListener("keydown", (event) => {
    // A separator is ours: deleting it means the digit beyond it.
    const at = input.selectionStart;
    if (at !== input.selectionEnd) return;
    if (event.key === "Backspace" && input.value[at - 1] === separator()) input.setSelectionRange(at - 1, at - 1);
    if (event.key === "Delete" && input.value[at] === separator()) input.setSelectionRange(at + 1, at + 1);
  });
  model.on("msg:custom", answered);
  model.on("change:_said", said);
  model.on("change:_texts", name);
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", answered);
    model.off("change:_said", said);
    model.off("change:_texts", name);
    field.leave();
  };
}

export default { render };
