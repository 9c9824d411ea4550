// The landing page's behaviour: tries the link, and shows the help when nothing happened. Without it all is shown at once.

"use strict";

/** How long an app may take to come to the front, or the browser to ask whether it may. */
const PATIENCE_MS = 2500;

// Before the page is drawn, so that the help does not flash up.
const root = document.documentElement;
root.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const open = document.getElementById("open");
  const status = document.getElementById("status");
  const ask = document.getElementById("ask");
  const help = document.getElementById("help");
  let timer = 0;

  function showHelp(moved) {
    clearTimeout(timer);
    status.textContent = "";
    ask.hidden = true;
    root.classList.add("help");
    if (moved) {
      help.focus({ preventScroll: true });
      help.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  }

  /** Something came before the page: the app, or the browser's question. Who then stays may still ask for help. */
  function left() {
    clearTimeout(timer);
    status.textContent = "";
    ask.hidden = root.classList.contains("help");
  }

  function watch() {
    clearTimeout(timer);
    if (!root.classList.contains("help")) ask.hidden = false;
    status.textContent = status.dataset.opening;
    timer = setTimeout(() => {
      if (document.visibilityState === "visible" && document.hasFocus()) showHelp(true);
      else left();
    }, PATIENCE_MS);
  }

  /** In a frame, so that a browser that does not know the link has nowhere to show an error page. */
  function tryLink() {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = open.href;
    document.body.append(frame);
    watch();
  }

  /** Phones ask for a tap first, and complain aloud about a link that they do not know. */
  const byItself = () => matchMedia("(hover: hover) and (pointer: fine)").matches
    && location.hash !== "#help"
    && performance.getEntriesByType("navigation")[0]?.type === "navigate";

  open.addEventListener("click", watch);
  ask.addEventListener("click", () => showHelp(true));
  addEventListener("blur", left);
  addEventListener("pagehide", left);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") left(); });
  for (const picture of document.querySelectorAll(".avatar img")) {
    const drop = () => picture.remove();
    if (picture.complete && !picture.naturalWidth) drop();
    else picture.addEventListener("error", drop);
  }

  if (location.hash === "#help") showHelp(false);
  else if (!byItself()) ask.hidden = false;
  else if (document.visibilityState === "visible") tryLink();
  else document.addEventListener("visibilitychange", tryLink, { once: true });
});
