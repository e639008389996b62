// A sheet that stays in view.

const WIDE = "(min-width: 961px)";

function render({ model, el }) {
  const summary = make("summary", {});
  const body = make("div", { class: "hamyar-panel-body" });
  const said = make("p", { class: "hamyar-said", role: "status" });
  const details = make("details", {}, summary, body);
  const root = make("aside", { class: "hamyar-sheet hamyar-panel", "data-lm-suppress-shortcuts": "true" }, details, said);
  const wide = matchMedia(WIDE);
  const lay = () => (details.open = wide.matches);
  const dress = () => {
    root.lang = model.get("language");
    root.dir = root.lang === "fa" ? "rtl" : "ltr";
    root.setAttribute("aria-label", model.get("title"));
    if (summary.innerHTML !== model.get("summary")) summary.innerHTML = model.get("summary");
    replaceMarkup(body, model.get("html"));
    said.textContent = model.get("said");
  };
  const stop = asking(model, root);
  // The bar at the foot would hide what it leads to.
  body.addEventListener("click", (event) => event.target.closest("[data-ask]") && lay());
  wide.addEventListener("change", lay);
  model.on("change:html change:summary change:said change:title change:language", dress);
  dress();
  lay();
  el.append(root);
  return () => {
    wide.removeEventListener("change", lay);
    model.off("change:html change:summary change:said change:title change:language", dress);
    stop();
  };
}

export default { render };
