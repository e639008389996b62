// A sheet that stays in view.  It also says what has become of the page's connection to its kernel.

const WIDE = "(min-width: 961px)";

function render({ model, el }) {
  const summary = make("summary", {});
  const body = make("div", { class: "hamyar-panel-body" });
  const said = make("p", { class: "hamyar-said", role: "status" });
  const details = make("details", {}, summary, body);
  const { bar, isHere, stop: stopWatching } = watching(model, () => {
    shut(root.closest(".hamyar-form") ?? root, root);
    for (const asked of root.querySelectorAll("[data-ask]")) asked.disabled = true;
  });
  const root = make("aside", { class: "hamyar-sheet hamyar-panel", "data-lm-suppress-shortcuts": "true" }, bar, details, said);
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
  // Another page of the same form may have written meanwhile.
  const back = () => document.visibilityState === "visible" && isHere() && model.send({ back: true });
  document.addEventListener("visibilitychange", back);
  const stop = asking(model, root);
  // The bar at the foot would hide what it leads to.
  body.addEventListener("click", (event) => event.target.closest("[data-ask]") && lay());
  wide.addEventListener("change", lay);
  model.on("change:html change:summary change:said change:title change:language", dress);
  dress();
  lay();
  el.append(root);
  return () => {
    stopWatching();
    document.removeEventListener("visibilitychange", back);
    wide.removeEventListener("change", lay);
    model.off("change:html change:summary change:said change:title change:language", dress);
    stop();
  };
}

export default { render };
