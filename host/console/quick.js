// Quick replies in the answer box: a text that begins with `/` offers them by title. The desk finds them and fills in the names;
// not here: sending.

const $ = (id) => document.getElementById(id);

let asked = 0;

const options = () => [...$("quick").querySelectorAll("[role=option]")];
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

function close() {
  asked += 1;
  $("quick").hidden = true;
  $("text").removeAttribute("aria-activedescendant");
  $("text").setAttribute("aria-expanded", "false");
}

function choose(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option) $("text").setAttribute("aria-activedescendant", option.id);
  option?.scrollIntoView({ block: "nearest" });
}

/** Puts the text in, to be sent or edited. */
function take(option) {
  $("text").value = option.dataset.text;
  close();
  $("text").focus();
  $("text").dispatchEvent(new Event("input"));
}

async function typed() {
  const text = $("text").value;
  if (!/^\/[^\n/]*$/.test(text)) return close();
  const mine = ++asked;
  const response = await fetch(`${$("answer").dataset.quick}?find=${encodeURIComponent(text.slice(1))}`).catch(() => null);
  if (!response?.ok || mine !== asked) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (mine !== asked) return;
  $("quick").replaceChildren(...fresh.getElementById("quick").children);
  $("quick").hidden = false;
  $("text").setAttribute("aria-expanded", "true");
  choose(chosen());
}

function onKey(event) {
  if ($("quick").hidden) return;
  const all = options();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  else if ((event.key === "Enter" || event.key === "Tab") && chosen() && !event.ctrlKey && !event.metaKey) take(chosen());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Once, at the start. */
export function setUpQuick() {
  $("text").addEventListener("input", typed);
  $("text").addEventListener("keydown", onKey);
  $("text").addEventListener("blur", close);
  $("quick").addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
}
