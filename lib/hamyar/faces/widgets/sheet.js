// A sheet of our own markup.

function render({ model, el }) {
  const body = make("div", {});
  const said = make("p", { class: "hamyar-said", role: "status" });
  const root = make("section", { class: "hamyar-sheet" }, body, said);
  const dress = () => {
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
    if (model.get("title")) root.setAttribute("aria-label", model.get("title"));
    replaceMarkup(body, model.get("html"));
    said.textContent = model.get("said");
  };
  const stop = asking(model, root);
  model.on("change:html change:said change:title change:language", dress);
  dress();
  el.append(root);
  return () => {
    model.off("change:html change:said change:title change:language", dress);
    stop();
  };
}

export default { render };
