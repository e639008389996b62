// Markup made in the kernel; what is pressed in it goes back as a name.

const FOCUS_MS = 8000;
const INPUTS = "input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled), button:not(:disabled)";

// The field may still be on its way to the page.
export function focusIn(name, left = FOCUS_MS) {
  const place = document.getElementsByClassName(name)[0];
  const chosen = place?.querySelector("input:checked");
  const input = chosen ?? place?.querySelector(INPUTS);
  if (input && input.offsetParent !== null) {
    input.focus({ preventScroll: true });
    place.scrollIntoView({ block: "center" });
  } else if (left > 0) setTimeout(() => focusIn(name, left - 100), 100);
}

// Listens for presses within `root`; returns how to stop.
function asking(model, root) {
  const pressed = (event) => {
    const target = event.target.closest("[data-ask]");
    if (!target || !root.contains(target)) return;
    event.preventDefault();
    model.send({ ask: target.getAttribute("data-ask") });
  };
  const told = (message) => message.focus && focusIn(message.focus);
  root.addEventListener("click", pressed);
  model.on("msg:custom", told);
  return () => model.off("msg:custom", told);
}

// Markup anew, with the keyboard where it was.
function replaceMarkup(node, html) {
  if (node.innerHTML === html) return;
  const held = node.contains(document.activeElement) ? document.activeElement.getAttribute("data-ask") : null;
  node.innerHTML = html;
  if (held) [...node.querySelectorAll("[data-ask]")].find((one) => one.getAttribute("data-ask") === held)?.focus();
}
