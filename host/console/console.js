// The console's start: the link with a token, the visitor's clock, names of languages, the keyboard. Every page works without
// any of this. Not here: what keeps a page fresh (live.js), the answer box (answer.js, quick.js).

import { setUpAnswer } from "./answer.js";
import { setUpLive } from "./live.js";

const $ = (id) => document.getElementById(id);

/** A link `/#token=…` signs in: what stands behind `#` goes to no server by itself. */
function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  const form = $("login") ?? loginForm();
  form.elements.token.value = token;
  form.submit();
}

/** For who is signed in already, perhaps as somebody else. */
function loginForm() {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/login" });
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "token" });
  form.append(input);
  document.body.append(form);
  return form;
}

/** The desk draws times by this clock; once it knows, the page is read again. */
function tellClock() {
  const offset = String(new Date().getTimezoneOffset());
  if (document.documentElement.dataset.offset === offset) return;
  const isNew = !document.cookie.includes(`desk_offset=${offset}`);
  document.cookie = `desk_offset=${offset}; Path=/; Max-Age=31536000; SameSite=Strict`;
  if (isNew && document.cookie.includes("desk_offset=") && document.querySelector("time") && !$("text")?.value.trim()) location.reload();
}

/** "Ukrainian" for `uk`, "Ukraine" for `UA`. */
export function nameCodes(root = document) {
  for (const node of root.querySelectorAll("[data-names]")) {
    try {
      const names = new Intl.DisplayNames(document.documentElement.lang, { type: node.dataset.names });
      node.textContent = names.of(node.textContent.trim()) ?? node.textContent;
    } catch {
      // No such code: it stays as it came.
    }
  }
}

/** Choices take effect at once. */
function onChange(event) {
  const form = event.target.closest("form[data-filter], form[data-changes]");
  if (form && event.target.matches("select")) form.requestSubmit();
}

function move(step) {
  const links = [...document.querySelectorAll("#list a[href]")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[at < 0 ? 0 : at + step]?.click();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && event.target.matches("textarea")) return event.target.blur();
  if (event.target.closest("input,textarea,select")) return;
  const act = { j: () => move(1), k: () => move(-1), r: () => $("text")?.focus() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

async function copy(event) {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = $(button.dataset.copy);
  field.select();
  await navigator.clipboard?.writeText(field.value).then(() => {
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 1500);
  }, () => {});
}

document.documentElement.classList.add("js");
takeToken();
addEventListener("hashchange", takeToken);
tellClock();
nameCodes();
addEventListener("change", onChange);
addEventListener("keydown", onKey);
addEventListener("click", copy);
// A picture that does not load leaves its words.
const withoutPicture = (image) => image.replaceWith(document.createTextNode(image.closest(".avatar") ? "" : image.alt));
addEventListener("error", (event) => event.target.matches?.("img") && withoutPicture(event.target), true);
for (const image of document.images) if (image.complete && !image.naturalWidth) withoutPicture(image);
setUpLive(nameCodes);
setUpAnswer();
