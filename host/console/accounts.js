// The accounts: their health, their links, connecting one, and what was parked. Not here: settings beyond the first.

import { $, call, channelName, copy, desk, el, fill, full } from "./base.js";
import { T } from "./words.js";

const PARKED_SHOWN = 50;

/** Once, at the start. */
export function setUpAccounts() {
  $("accounts").append(
    el("h2", {}, T.accounts), el("div", { id: "account-list" }),
    el("div", { id: "connect" }),
    el("section", {}, el("h2", {}, T.parked), el("p", { class: "faint" }, T.parkedHelp), el("ol", { id: "parked" })));
}

/** Reads what the view shows; the accounts are read by console.js for all views. */
export async function refreshAccounts() {
  const rows = desk.accounts.length ? desk.accounts.map((row) => [row.id, row]) : [["none", null]];
  fill($("account-list"), rows, (row) => (row ? account(row) : el("p", { class: "empty" }, T.noAccounts)));
  fill($("connect"), [["form", desk.channels.map((channel) => channel.id)]], form);
  const { items } = await call("GET", `/parked?limit=${PARKED_SHOWN}`);
  fill($("parked"), items.length ? items.map((row) => [row.id, row]) : [["none", null]], parked);
}

function account(row) {
  const { state, reason, advice } = row.health;
  const problem = el("p", { class: "problem", role: "alert" });
  const act = (method, path, body) => async (event) => {
    event.preventDefault();
    problem.textContent = "";
    await call(method, `/accounts/${encodeURIComponent(row.id)}${path}`, body?.())
      .catch((error) => { problem.textContent = error.message; });
  };
  const key = el("input", { type: "password", autocomplete: "off", "aria-label": T.newKey, placeholder: T.newKey, required: true });
  return el("article", { class: "card" },
    el("header", { class: "row" }, el("h3", {}, row.name), el("span", { class: `state ${state}` }, T.health[state] ?? state)),
    reason && el("p", { class: "bad" }, reason), advice && el("p", {}, advice),
    row.bot && el("p", {}, `${T.bot}: ${row.bot.name} (${row.bot.uri})`),
    row.links.landing && entry(row.links),
    copied(T.webhook, row.webhook_url),
    problem,
    el("div", { class: "row actions" },
      state === "failed" && el("form", { class: "row", onsubmit: act("PATCH", "", () => ({ settings: { api_key: key.value } })) },
        key, el("button", {}, T.changeKey)),
      el("button", { type: "button", class: "plain", onclick: act("POST", "/check") }, T.check)));
}

/** How customers come in: the page that helps where the link does nothing, the link itself, the code for paper. */
function entry({ deep, landing, qr }) {
  const code = new URL(qr).pathname;
  return el("div", { class: "entry" },
    el("div", {}, copied(T.landing, landing, T.landingHelp), copied(T.deepLink, deep, T.deepHelp)),
    el("a", { href: code, download: "viber.svg", title: T.qrHelp }, el("img", { src: code, alt: T.qrHelp })));
}

function copied(label, value, help) {
  const field = el("input", { type: "text", readonly: "", value, "aria-label": label, onfocus: (event) => event.target.select() });
  const button = el("button", { type: "button", class: "plain", onclick: () => copy(field, button) }, T.copy);
  return el("div", { class: "copied" }, el("span", {}, label), el("span", { class: "row" }, field, button),
    help && el("p", { class: "faint" }, help));
}

function form(channels) {
  const channel = el("select", { id: "new-channel" }, channels.map((id) => el("option", { value: id }, channelName(id))));
  const name = el("input", { id: "new-name", required: true, maxlength: "200", autocomplete: "off" });
  const key = el("input", { id: "new-key", type: "password", required: true, autocomplete: "off", spellcheck: "false" });
  const newTask = el("input", { type: "checkbox", checked: "" }); // The attribute, so that it is on again after a reset.
  const asEmployee = el("input", { type: "checkbox" });
  const said = el("p", { role: "alert" });
  const button = el("button", { class: "send" }, T.doConnect);
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    const settings = { api_key: key.value, new_task_when_none_active: newTask.checked, send_as_employee: asEmployee.checked };
    try {
      await call("POST", "/accounts", { channel: channel.value, name: name.value.trim(), settings });
      event.target.reset();
      said.className = "good";
      said.textContent = T.connecting;
    } catch (error) {
      said.className = "problem";
      said.textContent = error.message;
    }
    button.disabled = false;
  };
  return el("form", { class: "card stack", onsubmit: submit }, el("h2", {}, T.connect),
    channels.length > 1 && [el("label", { for: "new-channel" }, T.channel), channel],
    el("label", { for: "new-name" }, T.name), name, el("p", { class: "faint" }, T.nameHelp),
    el("label", { for: "new-key" }, T.apiKey), key, el("p", { class: "faint" }, T.apiKeyHelp),
    el("label", {}, newTask, " ", T.newTask), el("label", {}, asEmployee, " ", T.asEmployee),
    said, button);
}

function parked(row) {
  if (!row) return el("li", { class: "faint" }, T.noParked);
  const name = desk.accounts.find((one) => one.id === row.account)?.name ?? row.account;
  return el("li", { class: "card" },
    el("p", { class: "faint" }, [full(row.at), name, row.kind.replaceAll("_", " ")].join(" · ")),
    el("p", { class: "bad" }, row.problem?.text ?? ""), el("p", {}, row.problem?.advice ?? ""),
    el("details", {}, el("summary", {}, T.whatCame), el("pre", {}, typeof row.event === "string" ? row.event : JSON.stringify(row.event, null, 1))));
}
