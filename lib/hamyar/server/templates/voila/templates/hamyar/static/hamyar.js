// Shows the page when its last cell has come and Voilà has its theme, and says on the way how far it is.
// It stands in a file of its own so that a content-security policy may forbid scripts in the page.
(function () {
  "use strict";
  const LATE_MS = 30000;
  const digits = (number) =>
    document.documentElement.lang === "fa" ? String(number).replace(/[0-9]/g, (d) => "۰۱۲۳۴۵۶۷۸۹"[d]) : String(number);

  function tell() {
    const loading = document.getElementById("loading");
    const step = document.querySelectorAll("#rendered_cells [cell-index]").length;
    if (!loading || !step) return;
    const sentence = loading.dataset.said
      .replace("{step}", digits(step))
      .replace("{steps}", digits(loading.dataset.steps));
    const place = document.getElementById("loading_text");
    // The watcher sees this change, too.
    if (place.textContent !== sentence) place.textContent = sentence;
  }

  // Cells arrive one by one while the page is still being read.
  const watcher = new MutationObserver(tell);
  watcher.observe(document.documentElement, { childList: true, subtree: true });
  const late = setTimeout(() => {
    const sentence = document.getElementById("loading_late");
    if (sentence) sentence.hidden = false;
  }, LATE_MS);

  // ipywidgets writes a slider's label beside it and does not tell a screen reader that they belong together.
  function nameSliders() {
    for (const handle of document.querySelectorAll("#rendered_cells .noUi-handle")) {
      const label = handle.closest(".jupyter-widgets").querySelector(".widget-label");
      const name = label ? label.textContent : "";
      if (name && handle.getAttribute("aria-label") !== name) handle.setAttribute("aria-label", name);
    }
  }

  // What scrolls by itself must be reached by the keyboard, too, or its far end is only for a finger.
  function reachScrolling() {
    for (const box of document.querySelectorAll("#rendered_cells :is(.jp-OutputArea-output, [dir])")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX);
      if (scrolls && !box.hasAttribute("tabindex")) box.tabIndex = 0;
    }
  }

  function mendReach() {
    nameSliders();
    reachScrolling();
  }

  // A page that is left lets its kernel go, once, however far it had come.  Voilà says so only when its widgets are
  // there, and at a moment that some telephones do not tell.
  const send = navigator.sendBeacon.bind(navigator);
  let isLeft = false;
  function letGo() {
    const place = document.getElementById("jupyter-config-data");
    if (isLeft || !place) return;
    isLeft = true;
    const { baseUrl, kernelId } = JSON.parse(place.textContent);
    const word = new FormData();
    word.append("_xsrf", (document.cookie.match(/\b_xsrf=([^;]*)/) ?? ["", ""])[1]);
    send(`${baseUrl}voila/api/shutdown/${kernelId}`, word);
  }
  // The next page is asked for after the first of these and before the second.
  window.addEventListener("beforeunload", letGo);
  // A page that the browser keeps for the way back still needs its kernel.
  window.addEventListener("pagehide", (event) => event.persisted || letGo());
  navigator.sendBeacon = (address, data) =>
    String(address).includes("/voila/api/shutdown/") ? (letGo(), true) : send(address, data);

  // Voilà calls this by its name once the theme is there.
  window.voila_finish = window.display_cells = function () {
    if (!window.themeLoaded) {
      window.cellLoaded = true;
      return;
    }
    watcher.disconnect();
    clearTimeout(late);
    const loading = document.getElementById("loading");
    if (loading) loading.remove();
    const content = document.getElementById("rendered_cells");
    content.hidden = false;
    mendReach();
    // Widgets are drawn after the page is shown, and new ones whenever the kernel wishes.
    new MutationObserver(mendReach).observe(content, { childList: true, subtree: true });
    window.addEventListener("resize", reachScrolling);
  };
  window.voila_process = window.update_loading_text = tell;
  document.addEventListener("DOMContentLoaded", () => window.voila_finish());
})();
