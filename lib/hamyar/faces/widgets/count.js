// A whole number in any digits.

export function readCount(text, { min, max }) {
  const bare = plain(text).trim();
  if (bare === "") return { value: null };
  if (!/^[0-9]{1,9}$/.test(bare)) return { fault: "not_a_number" };
  const value = Number(bare);
  if (value < (min ?? 0) || (max !== null && value > max)) return { fault: "out_of_bounds" };
  return { value };
}

function render({ model, el }) {
  const field = frame(model, el, "count", {
    attributes: { inputmode: "numeric" },
    read: (text) => {
      const { value, fault } = readCount(text, { min: model.get("min"), max: model.get("max") });
      return fault ? { complaint: fill(model.get("_texts")[fault], { value: isolated(text.trim()) }) } : { value };
    },
    show: (value) => (value === null ? "" : written(value, model.get("language"))),
    tell: () => "",
  });
  return field.leave;
}

export default { render };
