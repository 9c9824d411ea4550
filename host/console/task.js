// One task, open: its conversation, its side, the answer box. Not here: the list of tasks (console.js), how an action
// looks (parts.js).

import { $, avatar, call, channelName, day, desk, el, fill, full, linked, moment, named, say } from "./base.js";
import { action } from "./parts.js";
import { closeQuick, setUpQuick } from "./quick.js";
import { T } from "./words.js";

const PAGE = 200;
/** How many of the last actions are read again at each poll: their delivery may have come further. */
const WATCHED = 50;

let open = null; // { id, task, contact, actions: Map, drawn, refusals }
const drafts = new Map(); // task id → { text, notify }

export const openId = () => open?.id ?? null;

/** Shows a task; `null` shows none. */
export function openTask(id) {
  if (open?.id === id) return;
  keepDraft();
  closeQuick();
  open = id === null ? null : { id, task: null, contact: null, actions: new Map(), drawn: false, refusals: 0 };
  $("task").hidden = true;
  $("side").replaceChildren();
  showSide(false);
  $("nothing").hidden = false;
  $("nothing").firstElementChild.textContent = id === null ? T.chooseTask : "";
}

/** Reads what is new of the open task. `known` is its row of the list, if that has it. Says the row that is shown. */
export async function refresh(known) {
  const here = open;
  if (!here) return null;
  let task;
  try {
    task = known ?? (await call("GET", `/tasks/${here.id}`));
  } catch (error) {
    if (error.status === 404 && open === here) {
      $("task").hidden = true;
      $("nothing").hidden = false;
      $("nothing").firstElementChild.textContent = T.noTask;
    }
    if (error.status === 404) return null;
    throw error;
  }
  const changed = JSON.stringify(task) !== JSON.stringify(here.task);
  const contact = changed || !here.contact ? await call("GET", `/contacts/${task.requester.id}`) : here.contact;
  const fresh = await readActions(here);
  if (open !== here) return null;
  Object.assign(here, { task, contact });
  draw(here, fresh);
  return task;
}

async function readActions(here) {
  const ids = [...here.actions.keys()];
  let cursor = ids.at(-WATCHED - 1) ?? 0;
  const fresh = [];
  do {
    const page = await call("GET", `/tasks/${here.id}/actions?limit=${PAGE}&cursor=${cursor}`);
    for (const row of page.items) {
      if (!here.actions.has(row.id)) fresh.push(row);
      here.actions.set(row.id, row);
    }
    cursor = page.next_cursor;
  } while (cursor && open === here);
  return fresh;
}

// --- Drawing -------------------------------------------------------------------------------------------------------

const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };

function draw(here, fresh) {
  const first = !here.drawn;
  here.drawn = true;
  const low = first || atEnd();
  $("nothing").hidden = true;
  $("task").hidden = false;
  setText($("title"), here.task.title || `#${here.id}`);
  $("title").title = here.task.title;
  drawActions(here);
  drawSide(here);
  if (first) takeDraft(here);
  drawAnswer(here);
  const theirs = fresh.filter((row) => row.author.kind === "contact");
  if (low) toEnd();
  else if (fresh.length) $("down").hidden = false;
  if (!first && theirs.length) say(theirs.map((row) => `${T.wrote(row.author.name)}: ${row.text}`).join(". "));
  if (first && getComputedStyle($("back")).display !== "none") $("title").focus({ preventScroll: true });
}

function drawActions(here) {
  const items = [];
  let last = null;
  for (const row of here.actions.values()) {
    const date = day(row.at);
    if (date !== last) items.push([`day-${row.id}`, { day: date }]);
    last = date;
    items.push([row.id, row]);
  }
  if (!items.length) items.push(["none", { day: T.noActions }]);
  fill($("actions"), items, (row) => (row.day ? el("li", { class: "day" }, el("span", {}, row.day)) : action(row)));
}

function drawSide(here) {
  const depends = [here.task, here.contact, desk.employees, desk.accounts.length, here.refusals];
  fill($("side"), [["side", depends]], () => side(here));
}

const atEnd = () => $("log").scrollHeight - $("log").scrollTop - $("log").clientHeight < 80;

function toEnd() {
  $("log").scrollTop = $("log").scrollHeight;
  $("down").hidden = true;
}

function side(here) {
  const { task, contact } = here;
  const account = desk.accounts.find((one) => one.id === task.account);
  const line = (label, ...value) => [el("dt", {}, label), el("dd", {}, ...value)];
  const status = el("select", { id: "status", onchange: (event) => change({ status: event.target.value }) },
    Object.entries(T.filters).filter(([value]) => value).map(([value, said]) => el("option", { value, selected: value === task.status }, said)));
  const others = contact.tasks.filter((id) => id !== task.id);
  return el("div", {},
    el("p", { id: "side-problem", class: "problem", role: "alert" }),
    el("section", {}, el("label", { for: "status" }, T.status), status),
    el("section", {}, el("h3", {}, T.assignees), assignees(task)),
    (task.previous || task.next) && el("section", { class: "row" },
      task.previous ? el("a", { href: `/tasks/${task.previous}` }, T.previous) : "",
      task.next ? el("a", { href: `/tasks/${task.next}` }, T.next) : ""),
    el("section", { class: "person" }, el("h3", {}, T.requester),
      el("p", { class: "who" }, avatar(contact), el("strong", {}, contact.name || T.nameless)),
      el("dl", {},
        line(T.phone, contact.phone ? [el("a", { href: `tel:${contact.phone.replace(/[^+\d]/g, "")}` }, contact.phone),
            contact.phone_source === "typed" && el("span", { class: "faint" }, ` ${T.typedPhone}`)]
          : el("span", { class: "faint" }, account?.channel === "viber" ? T.noPhone : T.noPhoneElsewhere)),
        line(T.subscribed, contact.subscribed === null ? T.unknown : contact.subscribed ? T.yes : el("strong", { class: "bad" }, T.no),
          contact.subscribed ? "" : el("span", { class: "faint" }, task.facts.find((fact) => fact.name === "subscribed")?.text ?? "")),
        line(T.language, named("language", contact.language)),
        line(T.country, named("region", contact.country)),
        task.facts.filter((fact) => fact.name !== "subscribed").map((fact) => line(...factLine(fact))),
        line(T.channel, `${channelName(account?.channel)}${DOT}${account?.name ?? task.account}`),
        line(T.created, full(task.created_at)),
        others.length > 0 && line(T.otherTasks, others.map((id) => [el("a", { href: `/tasks/${id}` }, `#${id}`), " "]).flat()))),
    el("section", {}, el("h3", {}, T.description), el("p", { class: "text" }, ...linked(task.description))));
}

const DOT = " · ";

/** What the channel tells of a conversation, as a label and what a person reads. */
function factLine(fact) {
  if (fact.name !== "session-until") return [fact.name[0].toUpperCase() + fact.name.slice(1).replaceAll("-", " "), fact.text || fact.value];
  return [T.sessionTitle, session(fact), el("span", { class: "faint" }, fact.text)];
}

function session(fact) {
  return Number(fact.value) > Date.now() ? T.sessionUntil(moment(Number(fact.value))) : T.sessionOver;
}

function assignees(task) {
  const ids = task.assignees.map((one) => one.id);
  const free = desk.employees.filter((one) => !ids.includes(one.id));
  const chip = (one) => el("li", {}, one.name ?? `#${one.id}`, ids.length > 1 && el("button", {
    type: "button", class: "plain", "aria-label": T.unassign(one.name), title: T.unassign(one.name),
    onclick: () => change({ assignees: ids.filter((id) => id !== one.id) }),
  }, "×"));
  const add = el("select", { "aria-label": T.assign, onchange: (event) => change({ assignees: [...ids, Number(event.target.value)] }) },
    el("option", { value: "" }, T.assign), free.map((one) => el("option", { value: String(one.id) }, one.name)));
  return [el("ul", { class: "chips" }, task.assignees.map(chip)), free.length ? add : null];
}

async function change(patch) {
  const here = open;
  try {
    await refresh(await call("PATCH", `/tasks/${here.id}`, patch));
  } catch (error) {
    if (open !== here) return;
    here.refusals += 1; // Draws the side anew: with the status that the desk has, not with the one that it refused.
    drawSide(here);
    $("side-problem").textContent = error.message;
  }
}

// --- The answer box ------------------------------------------------------------------------------------------------

function keepDraft() {
  if (open?.drawn) drafts.set(open.id, { text: $("text").value, notify: $("notify").checked });
}

function takeDraft(here) {
  const draft = drafts.get(here.id) ?? { text: "", notify: true };
  $("text").value = draft.text;
  $("notify").checked = draft.notify;
  $("answer-problem").textContent = "";
}

function drawAnswer(here) {
  const notify = $("notify").checked;
  const name = here.contact.name || T.nameless;
  const short = [...name].length > 28 ? `${[...name].slice(0, 27).join("")}…` : name;
  const account = desk.accounts.find((one) => one.id === here.task.account);
  const until = here.task.facts.find((fact) => fact.name === "session-until");
  const reachable = here.contact.subscribed !== false;
  $("answer").classList.toggle("inside", !notify);
  if (!$("send").disabled) setText($("send"), notify ? T.sendTo(short, channelName(account?.channel)) : T.addInternal);
  setText($("answer-hint"), !notify ? T.hintInternal : reachable ? T.hintSend(short) : "");
  $("text").placeholder = notify ? T.placeSend : T.placeInternal;
  setText($("reach"), !notify ? "" : !reachable ? T.notReachable(short) : until ? session(until) : "");
  $("reach").classList.toggle("bad", notify && !reachable);
}

async function send(event) {
  event.preventDefault();
  const here = open;
  const text = $("text").value;
  if (!here?.task || $("send").disabled) return;
  if (!text.trim()) {
    $("answer-problem").textContent = T.emptyText;
    return;
  }
  const notify = $("notify").checked ? [here.contact.id] : [];
  $("send").disabled = true;
  $("text").readOnly = true;
  setText($("send"), T.sending);
  let problem = "";
  try {
    await call("POST", `/tasks/${here.id}/actions`, { text, notify });
    drafts.delete(here.id);
    if (open === here) $("text").value = "";
  } catch (error) {
    problem = error.status === 0 ? T.perhapsSent : error.message;
  }
  $("send").disabled = false;
  $("text").readOnly = false;
  if (open !== here) return open?.task && drawAnswer(open);
  $("answer-problem").textContent = problem;
  drawAnswer(here);
  $("text").focus();
  await refresh().catch(() => {});
  toEnd();
}

/** Sends again what did not arrive; what may have arrived only by the operator's word. */
async function retry(event) {
  const button = event.target.closest?.("[data-retry]");
  const here = open;
  if (!button || !here) return;
  const doubtful = [...here.actions.get(Number(button.dataset.retry)).delivery.parts].some((part) => part.state === "unconfirmed");
  if (doubtful && !confirm(T.mayDouble)) return;
  button.disabled = true;
  $("answer-problem").textContent = "";
  await call("POST", `/tasks/${here.id}/actions/${button.dataset.retry}/retry`, { may_double: doubtful })
    .catch((error) => { $("answer-problem").textContent = error.message; });
  button.disabled = false;
  await refresh().catch(() => {});
}

function showSide(shown) {
  $("side").classList.toggle("shown", shown);
  $("more").setAttribute("aria-expanded", String(shown));
}

/** Once, at the start. */
export function setUpTask() {
  setUpQuick(openId); // Before the box's own keys: Enter and Escape are the offer's while it is open.
  $("answer").addEventListener("submit", send);
  $("actions").addEventListener("click", retry);
  $("notify").addEventListener("change", () => open?.task && drawAnswer(open));
  $("text").addEventListener("input", () => { $("answer-problem").textContent = ""; });
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
  });
  $("down").addEventListener("click", toEnd);
  $("log").addEventListener("scroll", () => { if (atEnd()) $("down").hidden = true; });
  $("more").addEventListener("click", () => showSide(!$("side").classList.contains("shown")));
  // Pictures load after they were put in: who was at the end stays there.
  let low = true;
  $("log").addEventListener("scroll", () => { low = atEnd(); });
  new ResizeObserver(() => low && toEnd()).observe($("actions"));
}
