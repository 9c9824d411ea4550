// A customer's phone in a browser: shows the chat that the simulator keeps, and does what a person would, by the same control
// routes that tests use. What people write is text, never markup.

const POLL_MS = 700;
const $ = (id) => document.getElementById(id);
const user = decodeURIComponent(location.pathname.split("/")[2] ?? "");
let bot = new URLSearchParams(location.search).get("bot");
let shown = "";

async function call(method, path, body) {
  const response = await fetch(`/control/${path}`, { method, body: body && JSON.stringify(body) });
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(json.error ?? `the simulator refused it (${response.status})`);
  return json;
}

function el(name, given = {}, ...children) {
  const node = document.createElement(name);
  Object.assign(node, given);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** Links to the simulator's own media carry Viber's name; here they are read from where this page is. */
function here(url) {
  if (!URL.canParse(url ?? "")) return "";
  const { pathname, search, protocol } = new URL(url);
  if (/^\/(media|avatars)\/[^/]+\.[a-z0-9]+$/.test(pathname) && !/^\/media\/\d+\//.test(pathname)) return pathname + search;
  return protocol === "http:" || protocol === "https:" ? url : "";
}

const link = (url, text) => (here(url) ? el("a", { href: here(url), target: "_blank", rel: "noopener", textContent: text }) : text);
const image = (url, alt) => (here(url) ? el("img", { src: here(url), alt }) : alt);

function content(message) {
  const { type, text, media } = message;
  switch (type) {
    case "picture": return [image(media, text || "Photo"), text];
    case "sticker": return [`Sticker ${message.sticker_id}`];
    case "video": case "file": return [link(media, `${type === "file" ? "▤" : "▶"} ${message.file_name ?? type}`), text && `\n${text}`];
    case "location": return [`◎ ${message.location?.lat}, ${message.location?.lon}`, text && `\n${text}`];
    case "contact": return [`☎ ${message.contact?.name ?? ""} ${message.contact?.phone_number ?? ""}`];
    case "url": return [link(media, media), text && `\n${text}`];
    case "rich_media": return ["▦ a carousel"];
    default: return [text ?? `(${type})`];
  }
}

const MARKS = { sent: "✓", delivered: "✓✓", seen: "✓✓ read", failed: "refused" };

function bubble(message) {
  const mine = message.direction === "out";
  const at = new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return el("li", { className: `${message.direction} ${message.state}` },
    !mine && message.sender?.name ? el("span", { className: "sender", textContent: message.sender.name }) : "",
    ...content(message),
    el("time", { textContent: mine ? at : `${at} ${MARKS[message.state] ?? ""}` }));
}

function draw(phone) {
  const said = JSON.stringify(phone);
  if (said === shown) return;
  shown = said;
  const chat = $("chat");
  const low = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  chat.replaceChildren(...phone.items.map(bubble));
  for (const picture of chat.querySelectorAll("img")) picture.addEventListener("load", () => low && (chat.scrollTop = chat.scrollHeight));
  if (low) chat.scrollTop = chat.scrollHeight;
  $("state").textContent = phone.subscribed ? "Subscribed" : "Not subscribed: write to begin";
  const buttons = phone.keyboard?.Buttons ?? [];
  $("keyboard").replaceChildren(...buttons.map((button, index) => el("button", {
    type: "button", textContent: String(button.Text ?? button.ActionBody ?? "").replace(/<[^>]*>/g, ""), onclick: () => act("tap", { button: index }),
  })));
}

async function act(action, details = {}) {
  $("problem").textContent = "";
  try {
    await call("POST", `bots/${bot}/users/${user}/${action}`, details);
    $("chat").scrollTop = $("chat").scrollHeight;
    await poll();
  } catch (error) {
    $("problem").textContent = error.message;
  }
}

async function poll() {
  draw(await call("GET", `bots/${bot}/users/${user}/phone`));
}

async function keepPolling() {
  if (!document.hidden && bot) await poll().catch((error) => { $("problem").textContent = error.message; });
  setTimeout(keepPolling, POLL_MS);
}

async function newCustomer() {
  const name = prompt("The new customer's name");
  if (!name?.trim()) return;
  const made = await call("POST", "users", { name: name.trim() });
  location.href = `/phone/${made.alias}?bot=${bot}`;
}

async function start() {
  const [bots, users] = await Promise.all([call("GET", "bots"), call("GET", "users")]);
  const found = bots.items.find((one) => one.alias === bot) ?? bots.items.find((one) => one.webhook) ?? bots.items[0];
  bot = found?.alias;
  $("bot").textContent = found?.name ?? "There is no bot yet";
  $("picture").append(found?.avatar ? image(found.avatar, "") : (found?.name ?? "?").slice(0, 1));
  const own = users.items.find((one) => one.alias === user || one.id === user);
  document.title = `${own?.name ?? "Nobody"}'s phone`;
  $("who").append(...users.items.map((one) => el("option", { value: one.alias, textContent: one.name, selected: one === own })));
  $("who").addEventListener("change", () => { location.href = `/phone/${$("who").value}?bot=${bot}`; });
  if (!own) $("problem").textContent = "There is no such customer: choose another one above, or make one below.";
  $("write").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("text").value;
    if (!text.trim()) return;
    $("text").value = "";
    act("write", { text });
  });
  $("more").addEventListener("click", (event) => {
    const action = event.target.dataset.act;
    const caption = ["picture", "video", "file", "location"].includes(action) && $("text").value.trim();
    if (action) act(action, caption ? { text: caption } : action === "open" ? { context: "phone-page" } : {});
    if (caption) $("text").value = "";
  });
  $("new").addEventListener("click", newCustomer);
  if (own && bot) keepPolling();
}

start().catch((error) => { $("problem").textContent = error.message; });
