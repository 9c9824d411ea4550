// What holds on every page: axe finds nothing serious, nothing is wider than a phone, in light and dark and in each language.

import { addCustomer, api, connect, deskUrl, expect, expectAccessible, expectFits, openPhone, picture, signIn, test, viber, viberUrl, write } from "../kit.js";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** Each language, colour scheme and size at least once; colours and sizes do not ask for the language. */
const VIEWS = [
  { locale: "en-GB", colorScheme: "light", viewport: WIDE },
  { locale: "ru-RU", colorScheme: "dark", viewport: WIDE },
  { locale: "uk-UA", colorScheme: "light", viewport: PHONE },
  { locale: "en-GB", colorScheme: "dark", viewport: PHONE },
];
const HOSTILE = "<img src=x onerror=alert(1)>\"'><script>document.title='owned'</script>";

let paths;
let customer;
let bot;

test.beforeAll(async ({ browser }) => {
  const connected = await connect("Bike Shop");
  bot = connected.bot;
  await api("POST", "quick_replies", { title: "Greeting", text: "Good day, {{contact.name}}!" });
  customer = await addCustomer(`Olena ${HOSTILE}`);
  const context = await browser.newContext();
  const phone = await openPhone(context, customer, bot);
  await write(phone, HOSTILE);
  for (const act of ["Photo", "Location", "Contact", "Sticker", "File"]) await phone.getByRole("button", { name: act, exact: true }).click();
  const wait = () => api("GET", "tasks");
  await expect.poll(async () => (await wait()).items.length).toBe(1);
  const [task] = (await wait()).items;
  await api("POST", `tasks/${task.id}/actions`, { text: `Here: https://example.org/${"long".repeat(40)}`, notify: [task.requester.id] });
  await viber("POST", `bots/${bot}/users/${customer}/refuse`, {});
  await api("POST", `tasks/${task.id}/actions`, { text: HOSTILE, notify: [task.requester.id] });
  await api("POST", `tasks/${task.id}/actions`, { text: HOSTILE, notify: [] });
  await context.close();
  paths = [
    "/", "/?status=all", "/?q=nothing+of+the+kind", `/tasks/${task.id}`, "/tasks/999",
    "/settings", "/settings/new/viber", `/settings/accounts/${connected.account}`, "/settings/people", "/settings/quick", "/settings/system", "/settings/doctor",
  ];
});

for (const view of VIEWS) {
  const { locale, colorScheme, viewport } = view;
  const language = locale.slice(0, 2);
  const size = viewport === WIDE ? "wide" : "phone";

  test.describe(`${language}, ${colorScheme}, ${size}`, () => {
    test.use(view);

    test("every page", async ({ page }) => {
      page.on("dialog", (dialog) => { throw new Error(`a page runs what a customer wrote: ${dialog.message()}`); });
      await page.goto(deskUrl);
      await expectAccessible(page, "signing in");
      await expectFits(page, "signing in");
      await page.goto("about:blank");
      await page.goto(`${deskUrl}/#token=${process.env.DESK_TOKEN}`);
      await expect(page.locator("#bar")).toBeVisible();
      for (const path of paths) {
        await test.step(path, async () => {
          await page.goto(deskUrl + path);
          expect(await page.locator("html").getAttribute("lang")).toBe(language);
          expect(await page.title()).not.toBe("owned");
          await expectAccessible(page, path);
          await expectFits(page, path);
          const name = path.slice(1).replaceAll(/\W+/g, "-") || "inbox";
          await picture(page, `${name}-${language}-${colorScheme}-${size}`);
        });
      }
    });
  });
}

test("the phone's page too", async ({ page }) => {
  await page.goto(`${viberUrl}/phone/${customer}?bot=${bot}`);
  await expect(page.locator("#chat li").first()).toBeVisible();
  await expectAccessible(page, "the phone");
  await page.setViewportSize(PHONE);
  await expectFits(page, "the phone");
});

test("what changes is told to who does not see it", async ({ page, context }) => {
  await signIn(page);
  await page.locator("#list a").first().click();
  const phone = await openPhone(context, customer, bot);
  await write(phone, "Can you hear me?");
  await expect(page.locator("#live")).toContainText("Can you hear me?");
});
