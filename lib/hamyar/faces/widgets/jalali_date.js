// A day of the Jalali calendar: typed, or picked from a month in a dialog of its own.
// Leap years and the first weekday come from Python; here they are only counted.

export function makeCalendar({ first_year: firstYear, leap, first_weekday: firstWeekday }) {
  const lastYear = firstYear + leap.length - 1;
  const starts = [0];
  for (const mark of leap) starts.push(starts[starts.length - 1] + (mark === "1" ? 366 : 365));
  const hasYear = (year) => year >= firstYear && year <= lastYear;
  const daysIn = (year, month) => (month < 7 ? 31 : month < 12 || leap[year - firstYear] === "1" ? 30 : 29);
  const isDay = ({ year, month, day }) =>
    hasYear(year) && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  // Days since the first day of the first year.
  const ordinal = ({ year, month, day }) =>
    starts[year - firstYear] + (month < 7 ? (month - 1) * 31 : 186 + (month - 7) * 30) + day - 1;
  const fromOrdinal = (count) => {
    let year = firstYear;
    while (year < lastYear && starts[year + 1 - firstYear] <= count) year++;
    let day = count - starts[year - firstYear];
    let month = 1;
    while (month < 12 && day >= daysIn(year, month)) day -= daysIn(year, month++);
    return { year, month, day: day + 1 };
  };
  // 0 is Saturday, 6 Friday.
  const weekday = (date) => (firstWeekday + ordinal(date)) % 7;
  // The same day some months on, or the last one that month has; null beyond the calendar.
  const stepMonths = ({ year, month, day }, months) => {
    const count = year * 12 + month - 1 + months;
    const there = { year: Math.floor(count / 12), month: (count % 12) + 1 };
    return hasYear(there.year) ? { ...there, day: Math.min(day, daysIn(there.year, there.month)) } : null;
  };
  return { firstYear, lastYear, daysIn, isDay, ordinal, fromOrdinal, weekday, stepMonths, days: starts[leap.length] };
}

export const toCode = ({ year, month, day }) => year * 10000 + month * 100 + day;
export const fromCode = (code) => ({
  year: Math.floor(code / 10000),
  month: Math.floor(code / 100) % 100,
  day: code % 100,
});

// The day in a text, or which sentence says what is wrong with it.  `min` and `max` are codes or null.
export function readDay(text, calendar, { min, max }) {
  const bare = plain(text).trim();
  if (bare === "") return { value: null };
  const parts =
    bare.match(/^([0-9]{4})\s*[-\/.,،٫\s]\s*([0-9]{1,2})\s*[-\/.,،٫\s]\s*([0-9]{1,2})$/) ||
    bare.match(/^([0-9]{4})([0-9]{2})([0-9]{2})$/);
  if (!parts) return { fault: "not_a_day" };
  const date = { year: Number(parts[1]), month: Number(parts[2]), day: Number(parts[3]) };
  if (!calendar.isDay({ ...date, day: 1 }) || date.day < 1 || date.day > 31) return { fault: "not_a_day" };
  if (!calendar.isDay(date)) return { fault: "no_such_day", date };
  const value = toCode(date);
  if (min !== null && value < min) return { fault: "too_early" };
  if (max !== null && value > max) return { fault: "too_late" };
  return { value };
}

function render({ model, el }) {
  const calendar = makeCalendar(model.get("_calendar"));
  const texts = () => model.get("_texts");
  const inWords = (number) => written(number, model.get("language"));
  const bounds = () => ({ min: model.get("min"), max: model.get("max") });
  const within = (date) => {
    const { min, max } = bounds();
    return (min === null || toCode(date) >= min) && (max === null || toCode(date) <= max);
  };
  const monthName = ({ year, month }) => `${texts().months[month - 1]} ${inWords(year)}`;
  const fullName = (date) => `${texts().weekdays[calendar.weekday(date)]} ${inWords(date.day)} ${monthName(date)}`;

  const field = frame(model, el, "date", {
    attributes: { role: "combobox", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-autocomplete": "none" },
    read: (text) => {
      const { value, fault, date } = readDay(text, calendar, bounds());
      if (!fault) return { value };
      const holes = { value: isolated(text.trim()) };
      if (date) Object.assign(holes, { month: monthName(date), days: inWords(calendar.daysIn(date.year, date.month)) });
      return { complaint: fill(texts()[fault], holes) };
    },
    show: (value) => {
      if (value === null) return "";
      const { year, month, day } = fromCode(value);
      return inWords([year, String(month).padStart(2, "0"), String(day).padStart(2, "0")].join(texts().separator));
    },
    tell: (value) => (value === null ? "" : fullName(fromCode(value))),
  });
  const { id, input, control, root } = field;
  const dialog = make("dialog", { id: `${id}-dialog`, class: "hamyar-calendar" });
  const opener = make("button", { type: "button", class: "hamyar-opener", "aria-haspopup": "dialog" });
  opener.append(picture("M4 5h16v15H4zM4 10h16M8 3v4M16 3v4"));
  control.append(opener);
  root.append(dialog);
  input.setAttribute("aria-controls", dialog.id);
  const dress = () => {
    opener.disabled = model.get("disabled");
    opener.setAttribute("aria-label", fill(texts().open, { label: model.get("label") }));
    dialog.setAttribute("aria-label", fill(texts().title, { label: model.get("label") }));
    if (opener.disabled) dialog.close();
  };

  let at = null;
  const take = (value) => {
    input.value = value === null ? "" : inWords(value);
    if (field.commit()) dialog.close();
  };
  const go = (date, focus = true) => {
    if (!date) return;
    at = date;
    const { weekdays, months } = texts();
    const arrow = (label, path, step, part) => {
      const made = button(null, label, path, () => go(calendar.stepMonths(at, step), false), part);
      made.disabled = !calendar.stepMonths(at, step);
      return made;
    };
    const previous = arrow(texts().previous, "M9 5l7 7-7 7", -1, "back");
    const next = arrow(texts().next, "M15 5l-7 7 7 7", 1, "on");
    const monthNames = months.map((text, place) => [place + 1, text]);
    const month = choice(texts().month, monthNames, at.month, "month", (chosen) =>
      go(calendar.stepMonths(at, chosen - at.month), false));
    const year = choice(texts().year, years().map((value) => [value, inWords(value)]), at.year, "year", (chosen) =>
      go(calendar.stepMonths(at, (chosen - at.year) * 12), false));
    const heading = make("p", { id: `${id}-heading`, class: "hamyar-unseen", "aria-live": "polite" }, monthName(at));
    const letters = model.get("language") === "fa" ? 1 : 2;
    const head = make("tr", { role: "row" }, ...weekdays.map((text, place) =>
      make("th", { role: "columnheader", scope: "col", abbr: text, class: place === 6 ? "hamyar-friday" : undefined },
        make("span", { "aria-hidden": "true" }, text.slice(0, letters)),
        make("span", { class: "hamyar-unseen" }, text))));
    const top = make("thead", { role: "rowgroup" }, head);
    const grid = make("table", { role: "grid", "aria-labelledby": heading.id }, top);
    const body = make("tbody", { role: "rowgroup" });
    let row = null;
    const blank = calendar.weekday({ ...at, day: 1 });
    for (let day = 1; day <= calendar.daysIn(at.year, at.month); day++) {
      const date = { year: at.year, month: at.month, day };
      const place = calendar.weekday(date);
      if (!row || place === 0) {
        body.append((row = make("tr", { role: "row" })));
        if (day === 1) for (let empty = 0; empty < blank; empty++) row.append(make("td", { role: "gridcell" }));
      }
      row.append(cell(date, place));
    }
    grid.append(body);
    const feet = make("div", { class: "hamyar-feet" });
    const today = model.get("today");
    if (today !== null && within(fromCode(today))) feet.append(button(texts().today, null, null, () => take(today)));
    feet.append(button(texts().clear, null, null, () => take(null)));
    feet.append(button(texts().close, null, null, () => dialog.close()));
    const kept = dialog.contains(document.activeElement) && document.activeElement.dataset.part;
    dialog.replaceChildren(make("div", { class: "hamyar-head" }, previous, month, year, next), heading, grid, feet);
    const back = focus ? grid.querySelector('[tabindex="0"]') : kept && dialog.querySelector(`[data-part="${kept}"]`);
    if (back) back.focus();
  };
  // The years of the bounds, and the one that is shown.
  const years = () => {
    const { min, max } = bounds();
    const first = Math.min(min === null ? calendar.firstYear : fromCode(min).year, at.year);
    const last = Math.max(max === null ? calendar.lastYear : fromCode(max).year, at.year);
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  };
  const cell = (date, place) => {
    const code = toCode(date);
    const friday = place === 6;
    const words = friday ? fill(texts().weekend, { day: fullName(date) }) : fullName(date);
    return make("td", {
      role: "gridcell", tabindex: date.day === at.day ? "0" : "-1", "data-day": code, "aria-label": words,
      "aria-selected": String(code === model.get("value")),
      "aria-current": code === model.get("today") ? "date" : undefined,
      "aria-disabled": within(date) ? undefined : "true", class: friday ? "hamyar-friday" : undefined,
    }, inWords(date.day));
  };
  const button = (text, label, path, act, part) => {
    const names = { "aria-label": label || undefined, "data-part": part || undefined };
    const made = make("button", { type: "button", ...names }, path ? picture(path) : text);
    made.addEventListener("click", act);
    return made;
  };
  const choice = (label, options, chosen, part, act) => {
    const made = make("select", { "aria-label": label, "data-part": part });
    for (const [value, text] of options) made.append(make("option", { value }, text));
    made.value = String(chosen);
    made.addEventListener("change", () => act(Number(made.value)));
    return made;
  };
  const pick = (target) => {
    const day = target.closest("td[data-day]");
    if (day && day.getAttribute("aria-disabled") !== "true") take(Number(day.dataset.day));
  };
  const moves = (event) => {
    const forward = getComputedStyle(root).direction === "rtl" ? -1 : 1;
    const days = { ArrowRight: forward, ArrowLeft: -forward, ArrowUp: -7, ArrowDown: 7,
      Home: -calendar.weekday(at), End: 6 - calendar.weekday(at) }[event.key];
    if (days !== undefined) {
      const count = calendar.ordinal(at) + days;
      return count >= 0 && count < calendar.days ? calendar.fromOrdinal(count) : at;
    }
    const months = { PageUp: -1, PageDown: 1 }[event.key];
    return months && (calendar.stepMonths(at, months * (event.shiftKey ? 12 : 1)) || at);
  };
  const open = () => {
    if (input.disabled || dialog.open) return;
    const { min, max } = bounds();
    let start = model.get("value") ?? model.get("today") ?? max ?? min ?? toCode(calendar.fromOrdinal(0));
    if (min !== null) start = Math.max(start, min);
    if (max !== null) start = Math.min(start, max);
    dialog.showModal();
    input.setAttribute("aria-expanded", "true");
    go(fromCode(start));
    place();
  };
  const place = () => {
    // Beside the field where there is room; on a phone the style sheet puts it in the middle.
    const [frameBox, box] = [control.getBoundingClientRect(), dialog.getBoundingClientRect()];
    const isRoomy = window.innerWidth >= 480;
    const below = frameBox.bottom + 4 + box.height <= window.innerHeight;
    const top = below ? frameBox.bottom + 4 : Math.max(4, frameBox.top - box.height - 4);
    const left = root.dir === "rtl" ? frameBox.right - box.width : frameBox.left;
    const inside = Math.min(Math.max(4, left), window.innerWidth - box.width - 4);
    const beside = { margin: "0", top: `${top}px`, left: `${inside}px`, right: "auto", bottom: "auto" };
    Object.assign(dialog.style, isRoomy ? beside : { margin: "", top: "", left: "", right: "", bottom: "" });
  };

  opener.addEventListener("click", open);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("close", () => input.setAttribute("aria-expanded", "false"));
  dialog.addEventListener("click", (event) => (event.target === dialog ? dialog.close() : pick(event.target)));
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (!event.target.matches("td")) return;
    const there = moves(event);
    if (there) go(there);
    else if (event.key === "Enter" || event.key === " ") pick(event.target);
    else return;
    event.preventDefault();
  });
  model.on("change:label change:disabled change:_texts", dress);
  dress();
  return () => {
    model.off("change:label change:disabled change:_texts", dress);
    field.leave();
  };
}

export default { render };
