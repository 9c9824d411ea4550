// What every spec needs: the desk and Viber's simulator by their addresses, a browser that is signed in, a customer's phone, and
// the checks that hold on every page. Not here: what is done on the pages.

import { createHmac } from "node:crypto";

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";

export { expect };

function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start these tests with \`cargo test --workspace --test browser\``);
  return value;
}

export const deskUrl = given("DESK_URL");
export const viberUrl = given("VIBER_URL");
const token = given("DESK_TOKEN");

async function ask(url, method, body, headers) {
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** The desk's API, as an administrator. */
export function api(method, path, body) {
  return ask(`${deskUrl}/api/v1/${path}`, method, body, { authorization: `Bearer ${token}`, "content-type": "application/json" });
}

/** The simulator's control side. */
export function viber(method, path, body) {
  return ask(`${viberUrl}/control/${path}`, method, body, {});
}

/** A callback of Viber's to the account, signed with the bot's key. */
export async function callback(account, key, event) {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", key).update(body).digest("hex");
  const response = await fetch(`${deskUrl}/webhooks/${account}`, { method: "POST", headers: { "x-viber-content-signature": signature }, body });
  expect(response.status).toBe(200);
}

/** Makes a bot and connects it; says the account's id and the bot's. */
export async function connect(name, settings = {}) {
  const bot = await viber("POST", "bots", { name, uri: name.toLowerCase().replaceAll(" ", "") });
  const account = await api("POST", "accounts", { channel: "viber", name, settings: { api_key: bot.token, ...settings } });
  await expect.poll(async () => (await api("GET", `accounts/${account.id}`)).health.state).toBe("connected");
  return { account: account.id, bot: bot.alias, key: bot.token };
}

/** A person with Viber; says their name on the control side. */
export async function addCustomer(name, more = {}) {
  return (await viber("POST", "users", { name, ...more })).alias;
}

/** Opens the customer's phone beside the console. */
export async function openPhone(context, customer, bot) {
  const phone = await context.newPage();
  await phone.goto(`${viberUrl}/phone/${customer}?bot=${bot}`);
  await expect(phone.getByRole("status")).toContainText("ubscribed");
  return phone;
}

/** Writes in the phone's box. */
export async function write(phone, text) {
  await phone.getByRole("textbox", { name: "Message" }).fill(text);
  await phone.getByRole("button", { name: "Send", exact: true }).click();
}

/** Signs in with the link that the desk prints at its first start. */
export async function signIn(page, withToken = token) {
  await page.goto(`${deskUrl}/#token=${withToken}`);
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
}

/** No fault of accessibility that keeps somebody out, by axe's own judgement. */
export async function expectAccessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = grave.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`);
  expect(said, what).toEqual([]);
}

/** No page is wider than its window: nobody scrolls sideways. */
export async function expectFits(page, what) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${what} is wider than its window`).toBeLessThanOrEqual(0);
}

/** Keeps a picture of the page where `$BROWSER_PICTURES` says, for people to look at. */
export async function picture(page, name) {
  const folder = process.env.BROWSER_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** A context whose pages must not throw, nor try what the policy of their page forbids. */
export const test = base.extend({
  context: async ({ context }, use) => {
    const faults = [];
    context.on("weberror", (error) => faults.push(`${error.page()?.url()}: ${error.error()}`));
    context.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
    });
    await use(context);
    expect(faults, "what went wrong in the pages").toEqual([]);
  },
});
