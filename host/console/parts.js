// One action of a conversation as elements: bubbles, media, delivery marks. Not here: when they are shown.

import { clock, el, full, harmless, kept, link, linked } from "./base.js";
import { T } from "./words.js";

const DOTS = " · ";

export function action(row) {
  if (row.kind === "note") {
    return el("li", { class: "note" }, el("span", { class: "unseen" }, `${T.note}: `), ...linked(row.text), stamp(row.at));
  }
  const mine = row.author.kind !== "contact";
  const inside = mine && row.delivery.state === "internal";
  const body = el("div", { class: "bubble" },
    inside && el("p", { class: "label" }, T.internal),
    el("p", { class: "author" }, row.author.name || T.nameless),
    row.parts.length ? row.parts.map((one, at) => part(one, row.attachments.find((file) => file.id === `${row.id}-${at}`))) : el("p", { class: "text" }, ...linked(row.text)),
    el("p", { class: "foot" }, stamp(row.at), mine && !inside && marks(row.delivery)),
    mine && !inside && trouble(row.delivery, row.id));
  return el("li", { class: `${mine ? "mine" : "theirs"}${inside ? " internal" : ""}` }, body);
}

const stamp = (at) => el("time", { datetime: new Date(at).toISOString(), title: full(at) }, clock(at));

// --- Delivery ------------------------------------------------------------------------------------------------------

function mark(state, said) {
  const [sign] = T.delivery[state] ?? [state];
  return el("span", { class: `mark ${state}`, role: "img", "aria-label": said, title: said }, sign);
}

const wordFor = (state) => T.delivery[state]?.[1] ?? state;

/** A mark for the whole answer, or one a part where the parts differ. */
function marks({ state, parts }) {
  const same = parts.every((one) => one.state === state);
  if (same) return mark(state, wordFor(state));
  return parts.map((one) => mark(one.state, T.part(one.part + 1, wordFor(one.state))));
}

/** Why it is not there; else why a part waits, or in which other form it went. */
function trouble({ state, reason, advice, parts }, id) {
  const sentence = (text) => (/[.!?…]$/u.test(text) ? text : `${text}.`);
  if (state !== "failed" && state !== "unconfirmed") {
    const reasons = [...new Set(parts.map((one) => one.reason).filter(Boolean))];
    return reasons.length ? el("p", { class: "faint" }, reasons.map(sentence).join(" ")) : null;
  }
  const why = reason ? `: ${sentence(reason)}` : ".";
  return el("p", { class: `trouble ${state}` }, el("strong", {}, wordFor(state)), why, advice ? ` ${advice}` : "", " ",
    el("button", { type: "button", class: "plain", "data-retry": String(id), "data-state": state }, T.retry));
}

// --- Parts ---------------------------------------------------------------------------------------------------------

/** `file`: what became of it, if it is one. */
function part(one, file) {
  const [kind, value] = Object.entries(one)[0] ?? ["other", {}];
  return (SHOW[kind] ?? other)(value, kind, file);
}

const text = (value) => el("p", { class: "text" }, ...linked(value.text));
const caption = (value) => value.caption ? el("p", { class: "text" }, ...linked(value.caption)) : null;
const box = (sign, ...children) => el("div", { class: "part" }, el("span", { class: "sign", "aria-hidden": "true" }, sign), el("div", {}, ...children));

function media(value, kind, file) {
  const size = file?.size ?? value.size_bytes;
  const url = kept(file) ?? value.url;
  const facts = [size && T.bytes(size), value.duration_ms && length(value.duration_ms)];
  const name = value.name || T[kind];
  return el("div", {},
    box({ video: "▶", audio: "♪", image: "▣" }[kind] ?? "▤", url ? link(url, name) : name,
      el("p", { class: "faint" }, [name === T[kind] ? null : T[kind], ...facts, gone(value, file)].filter(Boolean).join(DOTS))),
    caption(value));
}

/** Why a link may not work, if we know. */
function gone(value, file) {
  if (kept(file)) return null;
  if (!value.url) return T.noLink;
  if (file?.state === "waiting") return T.beingKept;
  if (file?.state === "failed") return T.notKept(file.reason);
  return value.url_until && value.url_until < Date.now() ? T.linkGone : null;
}

function length(ms) {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function image(value, _kind, file) {
  // From the desk only: a foreign host would learn who looks, and could show something else to each.
  const url = kept(file);
  if (!url) return media(value, "image", file);
  const picture = el("img", { class: "photo", src: url, alt: value.caption || value.name || T.photo });
  const frame = el("a", { class: "frame", href: url, target: "_blank", rel: "noopener noreferrer" }, picture);
  const whole = el("div", {}, frame, caption(value));
  picture.addEventListener("error", () => {
    const instead = media(value, "image", file);
    instead.querySelector(".faint").append(gone(value, file) ? "" : DOTS + T.notShown);
    whole.replaceWith(instead);
  });
  return whole;
}

function place(value) {
  const { latitude, longitude } = value;
  const at = `${latitude}, ${longitude}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return el("div", {}, box("◎", el("p", {}, `${T.location}: ${at}`), link(map, T.map)), caption(value));
}

function card(value) {
  return box("☎", el("p", {}, value.name || (value.own_number ? T.ownNumber : T.contact)),
    value.phone && el("p", { class: "phone" }, value.phone),
    el("p", { class: "faint" }, value.own_number ? T.ownNumber : T.contact));
}

function sticker(value) {
  const said = T.sticker(value.id);
  if (!harmless(value.url)) return box("☻", said);
  const whole = el("div", {}, el("img", { class: "sticker", src: value.url, alt: said }));
  whole.firstChild.addEventListener("error", () => whole.replaceWith(box("☻", said)));
  return whole;
}

const shared = (value) => el("div", {}, box("↗", link(value.url)), caption(value));

/** A kind of content that has no name yet: its summary, its kind, and what came. */
function other(value, kind) {
  return box("…", el("p", {}, value.summary || value.kind || kind),
    el("details", {}, el("summary", {}, T.whatCame), el("pre", {}, value.json ?? JSON.stringify(value, null, 1))));
}

const SHOW = { text, image, video: media, audio: media, file: media, location: place, contact: card, sticker, link: shared, other };
