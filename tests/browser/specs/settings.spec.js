// The first start and the settings: what an administrator does before the first customer writes.

import { addCustomer, api, callback, deskUrl, expect, openPhone, picture, signIn, test, viber, write } from "../kit.js";

test.describe.configure({ mode: "serial" });

let page;
let bot;

test.beforeAll(async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"] });
  page = await context.newPage();
  bot = await viber("POST", "bots", { name: "Bike Shop", uri: "bikeshop" });
});

test.afterAll(async () => { await page.context().close(); });

test("a stranger is asked for a token, and a wrong one is refused", async () => {
  await page.goto(deskUrl);
  await picture(page, "sign-in");
  await page.getByLabel("Access token").fill("desk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("This token is not known here");
});

test("S25 S26 S27: the link of the first start signs in; the empty desk says what to do; a bot is connected by its key", async () => {
  await signIn(page);
  expect(page.url(), "the token is out of the address").not.toContain("token");
  await expect(page.getByRole("heading", { name: "Connect a messenger first" })).toBeVisible();
  await picture(page, "first-start");
  await page.getByRole("link", { name: "Connect an account" }).click();
  await page.getByRole("link", { name: "Connect Viber" }).click();
  await expect(page.getByText("Step by step")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("Bike Shop");
  await page.locator("#set-api_key").fill("4453b6ac12345678-aa9d4bd35b0d0a5e-000000000000000a");
  await page.getByRole("button", { name: "Connect an account" }).click();
  const health = page.locator("#health");
  await expect(health).toContainText("Not connected");
  await expect.poll(async () => (await health.locator("p").nth(1).textContent()).length, "advice").toBeGreaterThan(20);
  await picture(page, "wrong-key");
  await page.locator("#set-api_key").fill(bot.token);
  await page.getByRole("button", { name: "Save and check" }).click();
  await expect(health.locator(".chip")).toHaveText("Connected");
  await expect(page.locator("#set-api_key")).toHaveValue("");
  expect(await page.content(), "the key is nowhere in the page").not.toContain(bot.token);
});

test("S19 S20: the ways in are there to copy, and as a QR code", async () => {
  const landing = await page.getByLabel("Page for customers").inputValue();
  expect(landing).toMatch(/\/go\/viber-/);
  await page.locator("#copy-landing + button").click();
  await expect(page.locator("#copy-landing + button")).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(landing);
  await expect(page.getByLabel("The link itself")).toHaveValue("viber://pa?chatURI=bikeshop");
  const code = page.getByRole("img", { name: /QR code/ });
  await expect.poll(() => code.evaluate((image) => image.naturalWidth)).toBeGreaterThan(0);
  await picture(page, "account");
});

test("S35: people, templates and quick replies are added; the account uses them", async () => {
  await page.getByRole("link", { name: "People and templates" }).click();
  const add = async (what, name) => {
    await page.locator(`#${what}-name`).fill(name);
    await page.locator(`form[action="/settings/people/${what}"]`).getByRole("button", { name: "Add" }).click();
    await expect(page.locator("main")).toContainText(name);
  };
  await add("employee", "Anna Melnyk");
  await page.locator("#task_template-who").selectOption({ label: "Anna Melnyk" });
  await add("task_template", "Questions from Viber");
  await add("employee", "Petro Bondar");
  await page.locator("summary", { hasText: "Petro Bondar" }).click();
  const petro = page.locator("details[open]");
  await petro.getByLabel("Name").fill("Petro Bondarenko");
  await petro.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("main")).toContainText("Petro Bondarenko");
  await picture(page, "people");
  await page.locator("summary", { hasText: "Petro Bondarenko" }).click();
  await page.locator("details[open]").getByRole("button", { name: "Delete" }).click();
  await expect(page.locator("main")).not.toContainText("Petro Bondarenko");
  await page.locator("summary", { hasText: "Questions from Viber" }).click();
  await page.getByRole("link", { name: "Quick replies" }).click();
  await page.getByLabel("Title").last().fill("Greeting");
  await page.getByLabel("Text").last().fill("Good day, {{contact.name}}!");
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect(page.locator("summary", { hasText: "Greeting" })).toBeVisible();
  await page.getByRole("link", { name: "Accounts" }).click();
  await page.locator("a.account").click();
  await page.locator("#set-task_template").selectOption({ label: "Questions from Viber" });
  await page.getByRole("button", { name: "Save and check" }).click();
  await expect(page.locator("#set-task_template")).toHaveValue(/\d+/);
  await expect(page.locator("#health .chip")).toHaveText("Connected");
});

test("S32: a customer's task is the template's assignee's", async () => {
  const customer = await addCustomer("Olena");
  const phone = await openPhone(page.context(), customer, bot.alias);
  await write(phone, "Hello!");
  await page.getByRole("link", { name: "Tasks", exact: true }).click();
  await page.locator("#list > li").first().getByRole("link").click();
  await expect(page.locator("#side")).toContainText("Anna Melnyk");
  await page.getByRole("combobox", { name: "Assignee", exact: true }).selectOption({ label: "Anna Melnyk" });
  await expect(page.locator("#list > li")).toHaveCount(1);
  await phone.close();
});

test("S12: a second account is connected beside the first, and one is disconnected", async () => {
  const other = await viber("POST", "bots", { name: "Ski Shop", uri: "skishop" });
  await page.goto(`${deskUrl}/settings/new/viber`);
  await page.getByLabel("Name", { exact: true }).fill("Ski Shop");
  await page.locator("#set-api_key").fill(other.token);
  await page.getByRole("button", { name: "Connect an account" }).click();
  await expect(page.locator("#health .chip")).toHaveText("Connected");
  await page.locator("#health summary").click();
  await expect(page.locator("#health")).toContainText("Messages will neither come nor go");
  await page.locator("#health details button").click();
  await expect(page.locator("#health .chip")).toHaveText("Disconnected");
  await page.goto(`${deskUrl}/settings`);
  await expect(page.locator("a.account")).toHaveCount(2);
  await picture(page, "accounts");
});

test("what could not be handled is tried again or discarded, and only by who has seen it", async () => {
  const { items } = await api("GET", "accounts");
  const account = items.find(({ name }) => name === "Bike Shop").id;
  const aWeekAgo = Date.now() - 7 * 24 * 3_600_000;
  const person = { id: "c29tZWJvZHkgZWxzZSBoZXJlPT0=", name: "Ivan", language: "uk", country: "UA", api_version: 10 };
  for (const [token, text] of [[1, "The first"], [2, "The second"]]) {
    await callback(account, bot.token, { event: "message", timestamp: aWeekAgo + token, message_token: 7_000 + token, sender: person, message: { type: "text", text } });
  }
  await page.goto(`${deskUrl}/settings/system`);
  const events = page.locator("#parked article");
  await expect(events).toHaveCount(2);
  await picture(page, "parked");
  await events.filter({ hasText: "The first" }).locator("summary", { hasText: "Discard" }).click();
  await events.filter({ hasText: "The first" }).getByRole("button", { name: "Discard" }).click();
  await expect(events).toHaveCount(1);
  await events.getByRole("button", { name: "Try again" }).click();
  await expect(events).toHaveCount(0);
  await page.goto(`${deskUrl}/?q=Ivan`);
  await expect(page.locator("#list > li")).toHaveCount(1);
  await expect(page.locator("#list")).toContainText("The second");
});

test("two administrators do not overwrite each other", async () => {
  await page.goto(`${deskUrl}/settings/quick`);
  await page.locator("summary", { hasText: "Greeting" }).click();
  const [reply] = (await api("GET", "quick_replies")).items;
  await api("PATCH", `quick_replies/${reply.id}`, { text: "Good evening, {{contact.name}}!" });
  const form = page.locator("details[open]");
  await form.getByLabel("Text").fill("Good night!");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Somebody else changed it meanwhile");
  await expect(page.locator("main")).toContainText("Good evening");

  const account = (await api("GET", "accounts")).items.find(({ name }) => name === "Bike Shop").id;
  await page.goto(`${deskUrl}/settings/accounts/${account}`);
  await api("PATCH", `accounts/${account}`, { name: "Bike Shop in the harbour" });
  await page.getByLabel("Name", { exact: true }).fill("Bike Shop in the station");
  await page.getByRole("button", { name: "Save and check" }).click();
  await expect(page.getByRole("alert")).toContainText("Somebody else changed it meanwhile");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Bike Shop in the harbour");
  await expect.poll(async () => (await api("GET", `accounts/${account}`)).health.state).toBe("connected");
});

test("the state of the desk: channels, events that could not be handled, the doctor", async () => {
  await page.getByRole("link", { name: "State of the desk" }).click();
  await expect(page.locator("main")).toContainText("helpdesk:channel@");
  await picture(page, "system");
  await page.getByRole("link", { name: "Examine the desk" }).click();
  await expect(page.locator("main")).toContainText("All is well.");
  await expect(page.locator(".findings li").first()).toContainText("sqlite");
});

test("S26: who is no administrator sees no settings", async ({ browser }) => {
  const { token } = await api("POST", "tokens", { name: "operator", scope: "operate" });
  const context = await browser.newContext({ locale: "en-GB" });
  const theirs = await context.newPage();
  await signIn(theirs, token);
  await expect(theirs.getByRole("link", { name: "Settings" })).toHaveCount(0);
  await theirs.goto(`${deskUrl}/settings`);
  await expect(theirs.locator("body")).toContainText("it needs the scope");
  await context.close();
});
