// A bar at the foot of the screen, for a page that has no panel to say that its connection is away or gone.

function render({ model }) {
  const page = document.querySelector("main, [role=main]") ?? document.body;
  const { bar, stop } = watching(model, () => shut(page, bar));
  bar.classList.add("hamyar-connection");
  bar.lang = model.get("language");
  bar.dir = bar.lang === "fa" ? "rtl" : "ltr";
  // A cell scrolls by itself, so a bar in it would leave the screen with it.
  document.body.append(bar);
  return () => {
    stop();
    bar.remove();
  };
}

export default { render };
