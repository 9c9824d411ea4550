// Quick replies in the answer box: a text that begins with `/` offers them by title. Not here: what they say in a task,
// which the API tells, and sending.

import { $, call, el } from "./base.js";
import { T } from "./words.js";

const SHOWN = 8;

let replies = null; // { task, items }, read when the first `/` is typed
let at = 0;

const isOpen = () => !$("quick").hidden;

export function closeQuick() {
  $("quick").hidden = true;
  $("text").removeAttribute("aria-activedescendant");
  $("text").setAttribute("aria-expanded", "false");
}

function found() {
  const typed = $("text").value.slice(1).trim().toLowerCase();
  return replies.items.filter((one) => one.title.toLowerCase().includes(typed)).slice(0, SHOWN);
}

function draw() {
  const items = found();
  at = Math.min(at, Math.max(0, items.length - 1));
  const option = (one, place) => el("li", { id: `quick-${place}`, role: "option", "aria-selected": String(place === at),
    onmousedown: (event) => { event.preventDefault(); take(one); } },
    el("strong", {}, one.title), el("span", { class: "faint" }, one.filled ?? one.text));
  $("quick").replaceChildren(...(items.length ? items.map(option) : [el("li", { class: "faint" }, T.noQuick)]));
  $("quick").hidden = false;
  $("text").setAttribute("aria-expanded", "true");
  if (items.length) $("text").setAttribute("aria-activedescendant", `quick-${at}`);
  else $("text").removeAttribute("aria-activedescendant");
  $("quick").querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
}

/** Puts the text in, to be sent or edited. */
function take(one) {
  $("text").value = one.filled ?? one.text;
  closeQuick();
  $("text").focus();
}

async function typed(task) {
  const asks = () => /^\/[^\n/]*$/.test($("text").value);
  if (!asks()) return closeQuick();
  if (replies?.task !== task || $("text").value === "/") {
    const { items } = await call("GET", `/quick_replies?task=${task}`).catch(() => ({ items: [] }));
    replies = { task, items };
    at = 0;
  }
  if (asks()) draw();
}

function key(event) {
  if (!isOpen()) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const items = found();
  if (step && items.length) {
    at = (at + step + items.length) % items.length;
    draw();
  } else if ((event.key === "Enter" || event.key === "Tab") && items.length && !event.ctrlKey && !event.metaKey) take(items[at]);
  else if (event.key === "Escape") closeQuick();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Once, at the start. `openId` says which task is open. */
export function setUpQuick(openId) {
  $("text").addEventListener("input", () => typed(openId()));
  $("text").addEventListener("keydown", key);
  $("text").addEventListener("blur", closeQuick);
}
