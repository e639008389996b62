// Watches over the page's connection to its kernel, because without one whatever is typed or pressed would go nowhere,
// and nothing on the page would say so.

const LOOK_MS = 1000;
const CONTROLS = "input, select, textarea, button";

// "here", "away" for a while, or "gone" for good.
export function connection(kernel, isOnline) {
  if (!kernel) return "here";
  if (kernel.isDisposed || kernel.status === "dead" || kernel.connectionStatus === "disconnected") return "gone";
  return isOnline && kernel.connectionStatus === "connected" ? "here" : "away";
}

// What stands in the fields can still be read and copied; nothing more can be typed or pressed.
function shut(place, spared) {
  for (const control of place.querySelectorAll(CONTROLS)) {
    if (spared.contains(control)) continue;
    if (control.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])")) control.readOnly = true;
    else control.disabled = true;
  }
}

// A bar that is empty while all is well, and else says by `_texts` what has become of the connection.
// `gone()` is called once, when it cannot be mended.  Returns the bar, whether all is well, and how to stop.
function watching(model, gone) {
  // Who hears the page is not interrupted by what may pass.
  const passing = make("p", { role: "status" });
  const final = make("div", { role: "alert" });
  const bar = make("div", { class: "hamyar-lost" }, passing, final);
  let known = "here";
  const look = () => {
    const now = connection(model.widget_manager?.kernel, navigator.onLine);
    if (now === known) return;
    known = now;
    const texts = model.get("_texts");
    bar.classList.toggle("hamyar-is-lost", now !== "here");
    passing.textContent = now === "away" ? texts.away : "";
    if (now !== "gone") return;
    clearInterval(watch);
    const again = make("button", { type: "button" }, texts.again);
    again.addEventListener("click", () => location.reload());
    final.append(make("p", {}, texts.gone), again);
    gone();
  };
  const watch = setInterval(look, LOOK_MS);
  return { bar, isHere: () => known === "here", stop: () => clearInterval(watch) };
}
