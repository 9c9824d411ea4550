// Keeps an open page fresh: hears from the desk what was changed, reads the page again and puts in what differs. Not here: what
// is in a page; the desk draws it.

const $ = (id) => document.getElementById(id);

let onFresh = () => {};
let reading = null;
let again = false;

/** Reads this page again. One at a time: what comes meanwhile is read afterwards. */
export function refresh() {
  if (reading) {
    again = true;
    return reading;
  }
  reading = (async () => {
    do {
      again = false;
      await readOnce();
    } while (again);
  })().finally(() => { reading = null; });
  return reading;
}

async function readOnce() {
  try {
    const response = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
    if (response.status === 401) return location.reload();
    if (response.ok) show(await response.text());
    line("");
  } catch {
    line($("line")?.dataset.offline ?? "");
  }
}

function line(text) {
  if ($("line") && $("line").textContent !== text) $("line").textContent = text;
}

/** Puts in what is new in a page of the desk's. It is parsed, never run: scripts in it would do nothing. */
export function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const log = $("log");
  const low = log && log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const known = new Set([...document.querySelectorAll("#actions > li")].map((node) => node.id));
  onFresh(fresh);
  for (const node of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(node.id);
    if (now) morph(node, now);
  }
  document.title = fresh.title;
  tell([...document.querySelectorAll("#actions > li")].filter((node) => !known.has(node.id)), low);
  return fresh;
}

function tell(added, low) {
  const said = added.map((node) => node.dataset.said).filter(Boolean);
  if (said.length) $("live").textContent = said.join(". ");
  if (low) toEnd();
  else if (added.length && $("down")) $("down").hidden = false;
}

export function toEnd() {
  const log = $("log");
  if (!log) return;
  log.scrollTop = log.scrollHeight;
  $("down").hidden = true;
}

/** Makes `old` like `fresh`, child by child where children have ids, so that what stays is not drawn anew. */
function morph(old, fresh) {
  if (old.isEqualNode(fresh) || isHeld(old)) return;
  const keyed = fresh.children.length > 0 && [...fresh.children].every((child) => child.id);
  if (!keyed && !fresh.querySelector("form")) {
    old.replaceWith(fresh);
    return;
  }
  if (!keyed) {
    old.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const { name, value } of [...fresh.attributes]) old.setAttribute(name, value);
  const known = new Map([...old.children].map((child) => [child.id, child]));
  let at = old.firstElementChild;
  for (const child of [...fresh.children]) {
    const has = known.get(child.id);
    if (has && has === at) at = at.nextElementSibling;
    else old.insertBefore(has ?? child, at);
    if (has && !has.isEqualNode(child)) has.replaceWith(child);
    known.delete(child.id);
  }
  for (const gone of known.values()) gone.remove();
}

/** Somebody is choosing in it, or has opened a question: it must not be taken out of their hands. */
function isHeld(old) {
  const active = document.activeElement;
  if (old.dataset.live === "hold" && old.querySelector("details[open]")) return true;
  return old.contains(active) && active.closest("select, input, details[open]") !== null;
}

function concerns(told) {
  const work = $("work");
  if (told.all || told.accounts.length || told.tasks.length) return true;
  if (told.parked) return !work;
  return told.contacts.length > 0 && Boolean(work);
}

/** Once, at the start. `named` is called with each fresh page before it is put in. */
export function setUpLive(named) {
  onFresh = named;
  const log = $("log");
  if (log) {
    if (!location.hash || location.hash === "#end") toEnd();
    log.addEventListener("scroll", () => {
      if (log.scrollHeight - log.scrollTop - log.clientHeight < 80) $("down").hidden = true;
    });
    // Pictures load after they were put in: who was at the end stays there.
    let low = true;
    log.addEventListener("scroll", () => { low = log.scrollHeight - log.scrollTop - log.clientHeight < 80; });
    new ResizeObserver(() => low && toEnd()).observe($("actions"));
    $("down").addEventListener("click", (event) => { event.preventDefault(); toEnd(); });
  }
  if (!document.querySelector("[data-live]") || document.querySelector("[data-still]")) return;
  let source = null;
  const listen = () => {
    if (source || document.hidden) return;
    source = new EventSource("/events");
    // Between the page and the first word of the stream something may have been changed, and after a break as well.
    source.addEventListener("open", refresh);
    source.addEventListener("change", (event) => concerns(JSON.parse(event.data)) && refresh());
    source.addEventListener("error", () => line($("line")?.dataset.offline ?? ""));
  };
  const rest = () => { source?.close(); source = null; };
  // A hidden page has read nothing: it listens again when somebody looks.
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  listen();
}
