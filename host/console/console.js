// The console's start: logging in, the address, the list of tasks, the poll that keeps all of it fresh, the keyboard.
// Not here: one task (task.js), the accounts (accounts.js). It uses the JSON API like any other program.

import { refreshAccounts, setUpAccounts } from "./accounts.js";
import { $, avatar, brief, call, desk, el, fill, full, link, say, session } from "./base.js";
import { openId, openTask, refresh, setUpTask } from "./task.js";
import { T } from "./words.js";

const POLL_MS = 1000;
const POLL_AFTER_ERROR_MS = 3000;
/** Accounts and employees change seldom: read with every so many polls, and always while their view is open. */
const DIRECTORY_EVERY = 10;
const LIST_PAGE = 100;
/** Most tasks whose last visit is remembered. */
const SEEN_MAX = 2000;

let list = { filter: "active", first: [], older: [], cursor: null, read: false };

// --- Logging in ----------------------------------------------------------------------------------------------------

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  session.token = given;
  history.replaceState(null, "", location.pathname);
}

function showLogin(problem) {
  session.token = null;
  $("app").hidden = true;
  $("login").hidden = false;
  $("login-problem").textContent = problem;
  $("token").focus();
}

session.refused = () => showLogin(T.tokenRefused);

function enter() {
  $("login").hidden = true;
  $("app").hidden = false;
  polls = 0;
  route();
}

// --- The address ---------------------------------------------------------------------------------------------------

function go(path) {
  history.pushState(null, "", path);
  route();
}

function route() {
  if (!session.token) return;
  const accounts = location.hash === "#accounts";
  const id = Number(location.pathname.match(/^\/tasks\/(\d+)$/)?.[1] ?? 0) || null;
  openTask(accounts ? null : id);
  $("app").dataset.view = accounts ? "accounts" : id ? "task" : "list";
  $("work").hidden = accounts;
  $("accounts").hidden = !accounts;
  for (const [link, here] of [["to-tasks", !accounts], ["to-accounts", accounts]]) {
    here ? $(link).setAttribute("aria-current", "page") : $(link).removeAttribute("aria-current");
  }
  drawList();
  poll();
}

/** Links within the console change the view without loading the page again. */
function follow(event) {
  const anchor = event.target.closest?.("a[href]");
  if (!anchor || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const url = new URL(anchor.href);
  if (anchor.target || url.origin !== location.origin || !/^\/(tasks\/\d+)?$/.test(url.pathname)) return;
  event.preventDefault();
  go(url.pathname + url.hash);
}

// --- What was seen -------------------------------------------------------------------------------------------------

function seenTimes() {
  try {
    return JSON.parse(localStorage.getItem("desk.seen")) ?? {};
  } catch {
    return {};
  }
}

function see(task) {
  const seen = seenTimes();
  if (seen[task.id] === task.updated_at) return;
  seen[task.id] = task.updated_at;
  const newest = Object.entries(seen).sort(([a], [b]) => b - a).slice(0, SEEN_MAX);
  localStorage.setItem("desk.seen", JSON.stringify(Object.fromEntries(newest)));
}

// --- The list ------------------------------------------------------------------------------------------------------

const query = (cursor) => `/tasks?limit=${LIST_PAGE}${list.filter && `&status=${list.filter}`}${cursor ? `&cursor=${cursor}` : ""}`;

async function readList() {
  const asked = list;
  const { items, next_cursor } = await call("GET", query());
  if (list !== asked) return;
  Object.assign(list, { first: items, read: true, cursor: list.older.length ? list.cursor : next_cursor });
}

async function readOlder() {
  const asked = list;
  const { items, next_cursor } = await call("GET", query(list.cursor));
  if (list !== asked) return;
  list.older.push(...items);
  list.cursor = next_cursor;
  drawList();
}

function shownTasks() {
  const all = new Map([...list.older, ...list.first].map((task) => [task.id, task]));
  return [...all.values()].sort((a, b) => b.updated_at - a.updated_at || b.id - a.id);
}

let unreadBefore = null;

function drawList() {
  const seen = seenTimes();
  const tasks = shownTasks();
  const unread = tasks.filter((task) => task.id !== openId() && !(seen[task.id] >= task.updated_at));
  const ids = new Set(unread.map((task) => task.id));
  fill($("list"), tasks.map((task) => [task.id, {
    task, unread: ids.has(task.id), open: task.id === openId(), when: brief(task.updated_at),
  }]), item);
  $("older").hidden = !list.cursor;
  $("list-empty").hidden = tasks.length > 0 || !list.read;
  if (!tasks.length && list.read) fill($("list-empty"), [["empty", [list.filter, desk.accounts.map((one) => one.links)]]], emptyList);
  document.title = unread.length ? `(${unread.length}) ${T.desk}` : T.desk;
  if (unreadBefore && unread.some((task) => !unreadBefore.has(task.id))) say(T.newIn(unread.length));
  unreadBefore = list.read ? ids : null;
}

function item({ task, unread, open, when }) {
  const names = task.assignees.map((one) => one.name).join(", ");
  return el("li", { class: unread ? "unread" : "" },
    el("a", { href: `/tasks/${task.id}`, "aria-current": open ? "true" : null },
      avatar(task.requester),
      el("span", { class: "what" },
        el("span", { class: "row" }, el("strong", {}, task.requester?.name || T.nameless),
          el("time", { title: full(task.updated_at) }, when)),
        el("span", { class: "title" }, unread && el("span", { class: "unseen" }, `${T.unread}: `), task.title),
        el("span", { class: "row faint" }, el("span", { class: "names" }, names),
          el("span", { class: `status ${task.status}` }, T.filters[task.status] ?? task.status)))));
}

/** An empty list says what to do next. */
function emptyList() {
  if (!desk.accounts.length) {
    return el("div", {}, el("p", {}, T.connectFirst), el("p", {}, el("a", { class: "send", href: "/#accounts" }, T.toAccounts)));
  }
  const deep = desk.accounts.map((one) => one.links.deep).find(Boolean);
  return el("div", {}, el("p", {}, el("strong", {}, T.noTasks)), el("p", {}, T.noTasksYet),
    deep && el("p", {}, T.openLink, el("br"), link(deep)),
    list.filter && el("button", { type: "button", class: "plain", onclick: () => setFilter("") }, T.showAll));
}

function setFilter(filter) {
  list = { filter, first: [], older: [], cursor: null, read: false };
  unreadBefore = null;
  $("status-filter").value = filter;
  drawList();
  poll();
}

// --- The poll ------------------------------------------------------------------------------------------------------

let polls = 0;
let timer = null;
let busy = false;
let again = false;

/** Reads what is new now, and then every second while the page is visible. One at a time. */
async function poll() {
  clearTimeout(timer);
  if (document.hidden || !session.token) return;
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  let wait = POLL_MS;
  try {
    await readAll();
    $("line").textContent = "";
  } catch (error) {
    wait = POLL_AFTER_ERROR_MS;
    $("line").textContent = error.status ? error.message : T.offline;
    if (!(error.status >= 0)) console.error(error);
  }
  busy = false;
  if (again) wait = 0;
  again = false;
  timer = setTimeout(poll, wait);
}

async function readAll() {
  const inAccounts = $("app").dataset.view === "accounts";
  if (inAccounts || polls % DIRECTORY_EVERY === 0) await readDirectory();
  polls += 1;
  if (inAccounts) await refreshAccounts();
  await readList();
  const shown = await refresh(shownTasks().find((task) => task.id === openId()));
  if (shown) see(shown);
  drawList();
}

async function readDirectory() {
  const paths = ["/accounts", "/employees", ...(desk.channels.length ? [] : ["/channels"])];
  const [accounts, employees, channels] = await Promise.all(paths.map((path) => call("GET", path)));
  desk.accounts = accounts.items;
  desk.employees = employees.items;
  if (channels) desk.channels = channels.items;
  const broken = desk.accounts.filter((one) => one.health.state === "failed").map((one) => one.name);
  $("banner").hidden = !broken.length;
  const said = broken.length ? T.healthBanner(broken.join(", ")) : "";
  if ($("banner").textContent !== said) $("banner").textContent = said;
}

// --- The keyboard --------------------------------------------------------------------------------------------------

function key(event) {
  if ($("app").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input,textarea,select");
  if (event.key === "Escape" && event.target === $("text")) return $("list").querySelector("[aria-current]")?.focus();
  if (typing || $("work").hidden) return;
  const inList = event.target.closest?.("#list");
  const step = { j: 1, k: -1, ...(inList && { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
  if (step) {
    event.preventDefault();
    move(step);
  } else if (event.key === "r" && openId()) {
    event.preventDefault();
    $("text").focus();
  }
}

function move(step) {
  const tasks = shownTasks();
  const at = tasks.findIndex((task) => task.id === openId());
  const next = tasks[at < 0 ? 0 : at + step];
  if (!next) return;
  go(`/tasks/${next.id}`);
  $("list").querySelector("[aria-current]")?.focus();
}

// --- The start -----------------------------------------------------------------------------------------------------

function setUp() {
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = T[node.dataset.t];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", T[node.dataset.label]);
  $("status-filter").append(...Object.entries(T.filters).map(([value, said]) => el("option", { value }, said)));
  $("status-filter").value = list.filter;
  $("status-filter").addEventListener("change", (event) => setFilter(event.target.value));
  $("older").addEventListener("click", () => readOlder().catch((error) => { $("line").textContent = error.message; }));
  $("leave").addEventListener("click", () => showLogin(""));
  $("login").addEventListener("submit", (event) => {
    event.preventDefault();
    session.token = $("token").value.trim();
    $("token").value = "";
    enter();
  });
  setUpTask();
  setUpAccounts();
  addEventListener("popstate", route);
  addEventListener("hashchange", () => {
    takeToken();
    if (session.token) enter();
  });
  addEventListener("click", follow);
  addEventListener("keydown", key);
  document.addEventListener("visibilitychange", poll);
}

takeToken();
setUp();
if (session.token) enter();
else showLogin("");
