// What the views share: calls of the API, elements, lists that change without flicker, times. Not here: any view.

import { LOCALE, T } from "./words.js";

// --- The API -------------------------------------------------------------------------------------------------------

const TIMEOUT_MS = 20_000;

/** What every view may read; console.js keeps it fresh. */
export const desk = { accounts: [], channels: [], employees: [] };

export const session = {
  get token() { return sessionStorage.getItem("desk.token"); },
  set token(value) { value ? sessionStorage.setItem("desk.token", value) : sessionStorage.removeItem("desk.token"); },
  /** Set by console.js: what to do when the token is not valid (any more). */
  refused() {},
};

/** Thrown by `call`: `status` 0 means that nobody knows what happened. */
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export async function call(method, path, body) {
  const headers = { authorization: `Bearer ${session.token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  const sent = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS) };
  const response = await fetch(`/api/v1${path}`, sent).catch(() => { throw new Refused(0, T.noAnswer); });
  if (response.status === 401) session.refused();
  const text = await response.text().catch(() => { throw new Refused(0, T.noAnswer); });
  const json = parse(text);
  if (!response.ok) throw new Refused(response.status, json?.detail ?? T.refused(response.status));
  return json;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// --- Elements ------------------------------------------------------------------------------------------------------

export const $ = (id) => document.getElementById(id);

/** Makes an element. Children that are strings become text, never markup: what customers write cannot do anything. */
export function el(name, given = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SCHEMES = ["http:", "https:", "viber:"];

/** The URL if a click on it is harmless, else null. */
export function harmless(url) {
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : null;
  return parsed && SCHEMES.includes(parsed.protocol) ? parsed : null;
}

/** Where the desk keeps a customer's file, by the address of this page; null if it does not. */
export const kept = (file) => (file?.state === "kept" ? new URL(new URL(file.url).pathname, location.origin).href : null);

/** A link, or its text alone where the address is none that we follow. */
export function link(url, text = url) {
  const safe = harmless(url);
  if (!safe) return el("span", {}, text);
  if (safe.origin === location.origin && /^\/tasks\/\d+$/.test(safe.pathname)) return el("a", { href: safe.pathname }, text);
  return el("a", { href: safe.href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}

/** A text with its web addresses as links. */
export function linked(text) {
  return String(text ?? "").split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/u).map((piece, odd) => (odd % 2 ? link(piece) : piece));
}

/** A round picture; initials where there is none or it does not load. */
export function avatar(person) {
  const name = person?.name || T.nameless;
  const letters = (name.match(/\p{L}|\p{N}/gu) ?? ["?"]);
  const words = name.split(/\s+/u).map((word) => word.match(/^[\p{L}\p{N}]/u)?.[0]).filter(Boolean);
  const initials = (words.length > 1 ? words[0] + words[1] : letters[0]).toUpperCase();
  const node = el("span", { class: `avatar hue-${(person?.id ?? 0) % 6}`, "aria-hidden": "true" }, initials);
  const picture = kept(person?.picture) ?? harmless(person?.avatar)?.href;
  if (picture) {
    node.append(el("img", { src: picture, alt: "", onerror: (event) => event.target.remove() }));
  }
  return node;
}

const shown = new WeakMap();

/** Shows `items` (pairs of a key and a value) in `parent`: only nodes whose value changed are made anew. */
export function fill(parent, items, show) {
  const old = shown.get(parent) ?? new Map();
  const held = [...old].find(([, row]) => row.node.contains(document.activeElement))?.[0];
  const now = new Map();
  for (const [key, value] of items) {
    const said = JSON.stringify(value);
    const before = old.get(key);
    now.set(key, before?.said === said ? before : { said, node: show(value) });
  }
  for (const [key, row] of old) if (now.get(key) !== row) row.node.remove();
  let at = parent.firstChild;
  for (const { node } of now.values()) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  shown.set(parent, now);
  const holder = held !== undefined && now.get(held)?.node;
  if (holder && !holder.contains(document.activeElement)) holder.querySelector("a,button,select")?.focus({ preventScroll: true });
}

/** Says something to screen readers only. */
export function say(text) {
  $("live").textContent = text;
}

/** Copies, or at least selects where the browser refuses. */
export async function copy(field, button) {
  field.select();
  await navigator.clipboard?.writeText(field.value).then(() => {
    button.textContent = T.copied;
    setTimeout(() => { button.textContent = T.copy; }, 1500);
  }, () => {});
}

// --- Times and names -----------------------------------------------------------------------------------------------

const format = (options) => new Intl.DateTimeFormat(LOCALE, options);
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const DAY = format({ day: "numeric", month: "short" });
const LONG_DAY = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const FULL = format({ dateStyle: "medium", timeStyle: "medium" });

export const clock = (ms) => CLOCK.format(ms);
export const full = (ms) => FULL.format(ms);

const daysAgo = (ms) => Math.round((new Date().setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / 86_400_000);

export function day(ms) {
  return { 0: T.today, 1: T.yesterday }[daysAgo(ms)] ?? LONG_DAY.format(ms);
}

/** The clock today, else the day: for lists. */
export function brief(ms) {
  return { 0: clock(ms), 1: T.yesterday }[daysAgo(ms)] ?? DAY.format(ms);
}

/** The clock today, else day and clock. */
export const moment = (ms) => (daysAgo(ms) === 0 ? clock(ms) : `${DAY.format(ms)}, ${clock(ms)}`);

/** "Ukrainian" for `uk`, "Ukraine" for `UA`. */
export function named(type, code) {
  if (!code) return T.unknown;
  try {
    return new Intl.DisplayNames(LOCALE, { type }).of(code);
  } catch {
    return code;
  }
}

export function channelName(id) {
  const texts = desk.channels.find((channel) => channel.id === id)?.manifest?.texts ?? [];
  return (texts.find((text) => text.language === LOCALE.slice(0, 2)) ?? texts[0])?.name ?? id ?? "";
}
