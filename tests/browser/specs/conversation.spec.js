// A customer and an operator, each at their own page: the phone on one side, the console on the other.

import { addCustomer, api, connect, expect, openPhone, picture, signIn, test, write } from "../kit.js";

test.describe.configure({ mode: "serial" });

const PDF = { name: "offer.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\nA bell, 120.\n%%EOF\n") };

/** What an operator sees last. */
const lastBubble = (page) => page.locator("#actions > li").last();

let page;
let phone;
let account;

test.beforeAll(async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const bot = await connect("Bike Shop");
  account = bot.account;
  await api("POST", "quick_replies", { title: "Greeting", text: "Good day, {{contact.name}}!" });
  await api("POST", "quick_replies", { title: "Opening hours", text: "We are open from 9 to 18." });
  page = await context.newPage();
  await signIn(page);
  await expect(page.getByRole("heading", { name: "Ready for the first customer" })).toBeVisible();
  const customer = await addCustomer("Olena", { language: "uk-UA", country: "UA", avatar: "https://dl-media.viber.com/avatars/olena.png" });
  phone = await openPhone(context, customer, bot.bot);
});

test.afterAll(async () => { await page.context().close(); });

test("S3 S4 S14 S29 S30 S31 S37: a customer's first message is a task in the open console, by itself", async () => {
  await write(phone, "Hello! Do you sell bells?");
  const item = page.locator("#list > li").first();
  await expect(item).toContainText("Olena");
  await expect(item).toContainText("Hello! Do you sell bells?");
  await expect(item).toHaveClass(/unread/);
  await expect(page).toHaveTitle(/^\(1\)/);
  await item.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello! Do you sell bells?");
  await expect(lastBubble(page)).toContainText("Hello! Do you sell bells?");
  await expect(page.locator("#side .avatar img")).toHaveJSProperty("complete", true);
  await expect(page.locator("#list > li").first()).not.toHaveClass(/unread/);
});

test("S15 S38: what a messenger can send is shown as what it is", async () => {
  const send = (name) => phone.getByRole("button", { name, exact: true }).click();
  await send("Photo");
  await expect(lastBubble(page).locator("img.photo")).toHaveJSProperty("complete", true);
  await expect.poll(() => lastBubble(page).locator("img.photo").evaluate((image) => image.naturalWidth)).toBeGreaterThan(0);
  await send("Location");
  await expect(lastBubble(page).getByRole("link", { name: "Show on the map" })).toBeVisible();
  await send("Contact");
  await expect(lastBubble(page).locator("a.phone")).toHaveAttribute("href", /^tel:/);
  await send("Sticker");
  await expect(lastBubble(page).getByRole("img", { name: /Sticker/ })).toHaveAttribute("src", /^\/files\//);
  await send("File");
  await expect(lastBubble(page).getByRole("link").first()).toBeVisible();
});

test("S5 S17 S40: an operator answers with a quick reply and a file; the marks go to seen", async () => {
  const box = page.getByRole("combobox", { name: "Your answer" });
  await expect(page.locator("#reach")).toContainText("Olena gets this in Viber, from Bike Shop.");
  await box.pressSequentially("/gre");
  const offer = page.getByRole("option", { name: /Greeting/ });
  await expect(offer).toBeVisible();
  await picture(page, "quick-replies");
  await box.press("Enter");
  await expect(box).toHaveValue("Good day, Olena!");
  await page.locator("#choose").setInputFiles(PDF);
  await expect(page.locator("#files li:not(.busy)")).toContainText("offer.pdf");
  await page.getByRole("button", { name: "Send to Olena" }).click();
  await expect(box).toHaveValue("");
  const chat = phone.locator("#chat");
  await expect(chat).toContainText("Good day, Olena!");
  await expect(chat.getByRole("link", { name: /offer\.pdf/ })).toBeVisible();
  await expect(lastBubble(page).getByRole("img", { name: "Delivered" })).toBeVisible();
  await phone.getByRole("button", { name: "Read", exact: true }).click();
  await expect(lastBubble(page).getByRole("img", { name: "Seen" })).toBeVisible();
  await picture(page, "task");
  await picture(phone, "phone");
});

test("S17: a file is dropped or pasted, and taken off again", async () => {
  const put = (type) => page.locator("#text").evaluate((box, type) => {
    const data = new DataTransfer();
    data.items.add(new File(["a bell"], `${type}.txt`, { type: "text/plain" }));
    const event = type === "paste"
      ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    box.dispatchEvent(event);
  }, type);
  await put("paste");
  await put("drop");
  const files = page.locator("#files li:not(.busy)");
  await expect(files).toHaveCount(2);
  for (const name of ["paste.txt", "drop.txt"]) await page.getByRole("button", { name: `Take ${name} off` }).click();
  await expect(files).toHaveCount(0);
});

test("answers are offered to the customer as buttons, and what they tap is their message", async () => {
  await page.getByText("Buttons to tap").click();
  await page.getByRole("textbox", { name: "Buttons for the customer" }).fill("Yes, please; No; Call me");
  await expect(page.locator("#offered li")).toHaveText(["Yes, please", "No", "Call me"]);
  await page.getByRole("combobox", { name: "Your answer" }).fill("Shall we send it?");
  await picture(page, "buttons");
  await page.getByRole("button", { name: "Send to Olena" }).click();
  await expect(page.locator("#suggestions")).toHaveValue("");
  await expect(lastBubble(page).getByRole("list", { name: "Buttons for the customer" })).toContainText("Call me");
  await phone.getByRole("button", { name: "Yes, please" }).click();
  await expect(lastBubble(page)).toContainText("Yes, please");
  await expect(lastBubble(page)).toHaveClass("theirs");
});

test("S18: a comment that does not notify stays inside, and says so before", async () => {
  const before = await phone.locator("#chat li").count();
  await page.getByLabel("Notify the customer").uncheck();
  await expect(page.locator("#reach")).toContainText("Only your colleagues will see this.");
  await page.getByRole("combobox", { name: "Your answer" }).fill("Ask the warehouse.");
  await page.getByRole("button", { name: "Add internal comment" }).click();
  await expect(lastBubble(page)).toContainText("Internal comment");
  await page.getByLabel("Notify the customer").check();
  await page.getByRole("combobox", { name: "Your answer" }).fill("We have it.");
  await page.keyboard.press("Control+Enter");
  await expect(phone.locator("#chat li").last()).toContainText("We have it.");
  expect(await phone.locator("#chat li").count()).toBe(before + 1);
});

test("an answer that the phone refuses says why and what to do, and goes out again", async () => {
  await phone.getByRole("button", { name: "Refuse the next one" }).click();
  await page.getByRole("combobox", { name: "Your answer" }).fill("It costs 120.");
  await page.getByRole("button", { name: "Send to Olena" }).click();
  const trouble = lastBubble(page).locator(".trouble");
  await expect(trouble).toContainText("Not delivered.");
  await expect(trouble).toContainText("The customer cannot get it.");
  await expect.poll(async () => (await trouble.locator("[lang=en]").first().textContent()).length).toBeGreaterThan(40);
  await picture(page, "failure");
  await trouble.getByRole("button", { name: "Send again" }).click();
  await expect(phone.locator("#chat li").last()).toContainText("It costs 120.");
  await expect(trouble).toHaveCount(0);
});

test("S42 S44: a completed task is not opened again by a message: a new one follows it", async () => {
  await page.getByRole("button", { name: "Complete", exact: true }).click();
  await expect(page.getByRole("button", { name: "Open again" })).toBeVisible();
  await write(phone, "One more thing");
  await page.getByRole("link", { name: "Later task ›" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("One more thing");
  await page.getByRole("link", { name: "‹ Earlier task" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello! Do you sell bells?");
  await page.getByRole("link", { name: "Later task ›" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("One more thing");
});

test("I14: who unsubscribed is shown so, and an answer to them fails with advice", async () => {
  await phone.getByRole("button", { name: "Unsubscribe" }).click();
  await expect(page.locator("#reach")).toContainText("Olena does not get messages now");
  await page.getByRole("combobox", { name: "Your answer" }).fill("Are you there?");
  await page.getByRole("button", { name: "Send to Olena" }).click();
  await expect(lastBubble(page).locator(".trouble")).toContainText("Not delivered.");
  await picture(page, "unsubscribed");
  await write(phone, "I am back");
  await expect(page.locator("#reach")).toContainText("Olena gets this in Viber");
});

test("S23: a phone number is there once the customer shares it", async () => {
  await expect(page.locator("#side")).toContainText("The messenger does not pass phone numbers on");
  await phone.getByRole("button", { name: "Share my phone" }).click();
  await expect(page.locator("#side a.phone")).toHaveAttribute("href", /^tel:\+?\d+$/);
});

test("the desk is worked in by keyboard alone", async () => {
  await page.locator("body").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("r");
  await expect(page.getByRole("combobox", { name: "Your answer" })).toBeFocused();
  await page.keyboard.type("Welcome back");
  await page.keyboard.press("Control+Enter");
  await expect(phone.locator("#chat li").last()).toContainText("Welcome back");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(page).toHaveURL(/\/tasks\/\d+|\/$/);
  expect(account).toBeTruthy();
});
