// The pictures of the README, taken of the desk that the demo has played in: `cargo xtask demo --once --pictures FOLDER`. A few
// more customers come in, so that the inbox looks like one.

import { addCustomer, api, deskUrl, expect, openPhone, picture, signIn, test, viber, write } from "../kit.js";

test.use({ viewport: { width: 1280, height: 760 } });

/** Who else writes, and what. */
const OTHERS = [
  ["Mykola Shevchuk", "Where is my order 1027?"],
  ["Iryna Bondar", "Дякую, все працює!"],
  ["Tom Baker", "Do you repair e-bikes?"],
  ["Софія Мороз", "Чи можна забрати сьогодні?"],
];

test("pictures", async ({ page, context, browser }) => {
  const [bot] = (await viber("GET", "bots")).items;
  for (const [name, text] of OTHERS) {
    const customer = await addCustomer(name, { language: "uk-UA", country: "UA", avatar: "" });
    await viber("POST", `bots/${bot.alias}/users/${customer}/write`, { text });
  }
  const [reply] = (await api("GET", "quick_replies")).items;
  if (!reply) await api("POST", "quick_replies", { title: "Greeting", text: "Good day, {{contact.name}}!" });

  await signIn(page);
  await page.locator("#list a", { hasText: "Олена" }).first().click();
  await expect(page.locator("#actions > li").last()).toBeVisible();
  const phone = await openPhone(context, "u1", bot.alias);
  await write(phone, "А який у вас найдешевший дзвінок? 🔔");
  await expect(page.locator("#actions > li").last()).toContainText("найдешевший");
  await page.getByText("Buttons to tap").click();
  await page.getByRole("textbox", { name: "Buttons for the customer" }).fill("Так, беру; Покажіть інші");
  await page.getByRole("combobox", { name: "Your answer" }).fill("Ось цей, 120 гривень. Відкласти для вас?");
  await page.getByRole("button", { name: /^Send to/ }).click();
  await expect(page.locator("#actions > li").last().getByRole("img", { name: "Delivered" })).toBeVisible();
  await phone.setViewportSize({ width: 400, height: 760 });
  await phone.getByRole("button", { name: "Read", exact: true }).click();
  await expect(page.locator("#actions > li").last().getByRole("img", { name: "Seen" })).toBeVisible();
  await picture(page, "task");
  await picture(phone, "phone");

  const { items } = await api("GET", "accounts");
  await page.goto(`${deskUrl}/settings/accounts/${items[0].id}`);
  await picture(page, "account");
  const dark = await browser.newContext({ colorScheme: "dark", locale: "uk-UA", viewport: { width: 400, height: 760 }, hasTouch: true, isMobile: true });
  const small = await dark.newPage();
  await small.goto(`${deskUrl}/#token=${process.env.DESK_TOKEN}`);
  await expect(small.locator("#bar")).toBeVisible();
  await small.locator("#list a", { hasText: "Олена" }).first().click();
  await expect(small.locator("html.js #answer")).toBeVisible();
  await picture(small, "task-on-a-phone");
  await small.goto(`${deskUrl}/go/${items[0].id}#help`);
  await picture(small, "landing");
  await dark.close();
});
