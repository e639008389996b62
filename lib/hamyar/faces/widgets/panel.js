// A sheet that stays in view.  It also watches over the page's connection to its kernel, because without one whatever
// is typed would go nowhere, and nothing on the page would say so.

const WIDE = "(min-width: 961px)";
const LOOK_MS = 1000;
const CONTROLS = "input, select, textarea, button";

// "here", "away" for a while, or "gone" for good.
export function connection(kernel, isOnline) {
  if (!kernel) return "here";
  if (kernel.isDisposed || kernel.status === "dead" || kernel.connectionStatus === "disconnected") return "gone";
  return isOnline && kernel.connectionStatus === "connected" ? "here" : "away";
}

// What stands in the fields can still be read and copied; nothing more can be typed or pressed.
function shut(form, spared) {
  for (const control of form.querySelectorAll(CONTROLS)) {
    if (spared.contains(control)) continue;
    if (control.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])")) control.readOnly = true;
    else control.disabled = true;
  }
}

function render({ model, el }) {
  const summary = make("summary", {});
  const body = make("div", { class: "hamyar-panel-body" });
  const said = make("p", { class: "hamyar-said", role: "status" });
  const details = make("details", {}, summary, body);
  const lost = make("div", { class: "hamyar-lost", role: "alert" });
  const root = make("aside", { class: "hamyar-sheet hamyar-panel", "data-lm-suppress-shortcuts": "true" }, lost, details, said);
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
  let known = "here";
  const look = () => {
    const now = connection(model.widget_manager?.kernel, navigator.onLine);
    if (now === known) return;
    known = now;
    root.classList.toggle("hamyar-is-lost", now !== "here");
    lost.replaceChildren(...(now === "here" ? [] : [make("p", {}, model.get("_texts")[now])]));
    if (now !== "gone") return;
    clearInterval(watch);
    const again = make("button", { type: "button" }, model.get("_texts").again);
    again.addEventListener("click", () => location.reload());
    lost.append(again);
    shut(root.closest(".hamyar-form") ?? root, root);
    for (const asked of root.querySelectorAll("[data-ask]")) asked.disabled = true;
  };
  const watch = setInterval(look, LOOK_MS);
  // Another page of the same form may have written meanwhile.
  const back = () => document.visibilityState === "visible" && known === "here" && model.send({ back: true });
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
    clearInterval(watch);
    document.removeEventListener("visibilitychange", back);
    wide.removeEventListener("change", lay);
    model.off("change:html change:summary change:said change:title change:language", dress);
    stop();
  };
}

export default { render };
