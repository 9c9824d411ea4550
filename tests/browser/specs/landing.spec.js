// The page that customers are sent to: where Viber is installed, where it is not, and on a phone.

import { connect, deskUrl, expect, expectAccessible, expectFits, picture, test as base } from "../kit.js";

/**
 * A browser that knows no app for the link: it drops what a frame is sent to. Left to itself, one without windows may ask
 * whether the app may open, which nobody sees, and lets no click through until somebody answers.
 */
const test = base.extend({
  context: async ({ context }, use) => {
    await context.addInitScript(() => {
      const address = { get() { return this.dataset.src ?? ""; }, set(url) { this.dataset.src = url; } };
      Object.defineProperty(HTMLIFrameElement.prototype, "src", address);
    });
    await use(context);
  },
});

let landing;

test.beforeAll(async () => {
  const { account } = await connect("Bike Shop");
  landing = `${deskUrl}/go/${account}`;
});

/** The addresses that the page asked the browser to open. */
const tried = (page) => page.evaluate(() => [...document.querySelectorAll("iframe")].map((frame) => frame.src));

// With the browser's own frames, so that the page's policy is held too. Nothing is clicked here.
base("S21 S22 I17: where Viber is missing nothing happens, and the page notices and helps", async ({ page }) => {
  await page.goto(`${landing}?context=spring`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Bike Shop");
  await expect.poll(() => tried(page)).toEqual([expect.stringContaining("viber://pa?chatURI=bikeshop&context=spring")]);
  await expect(page.getByRole("status")).not.toBeEmpty();
  await expect(page.locator("#help")).toBeFocused();
  await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
  await expect(page.locator("#help .qr svg")).toBeVisible();
  await expect(page.getByRole("link", { name: /Viber/ }).last()).toHaveAttribute("href", /^https:\/\/www\.viber\.com\//);
  await picture(page, "landing-without-viber");
  await expectAccessible(page, "the landing page with its help");
});

test("S21: where Viber comes to the front, the page stays quiet, and helps who asks", async ({ page }) => {
  await page.goto(landing);
  await expect.poll(() => tried(page)).toHaveLength(1);
  // What a browser tells a page when an app, or its question whether one may open, comes before it.
  await page.evaluate(() => dispatchEvent(new Event("blur")));
  await expect(page.locator("#status")).toBeEmpty();
  await page.waitForTimeout(3_000);
  await expect(page.locator("#help")).toBeHidden();
  await picture(page, "landing-with-viber");
  await expectAccessible(page, "the landing page");
  await page.getByRole("button").click();
  await expect(page.locator("#help")).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 }, locale: "uk-UA" });

  test("S21 S22: a tap is asked for first", async ({ page }) => {
    await page.goto(`${landing}?context=spring`);
    await page.waitForTimeout(300);
    expect(await tried(page)).toEqual([]);
    await expect(page.locator("#open")).toHaveAttribute("href", "viber://pa?chatURI=bikeshop&context=spring");
    await expect(page.locator("html")).toHaveAttribute("lang", "uk");
    await expectFits(page, "the landing page on a phone");
    await picture(page, "landing-phone");
  });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("everything is there at once", async ({ page }) => {
    await page.goto(landing);
    await expect(page.locator("#help .qr svg")).toBeVisible();
    await expect(page.locator("#open")).toHaveAttribute("href", "viber://pa?chatURI=bikeshop");
  });
});

test.describe("elsewhere", () => {
  test.use({ locale: "ru-RU" });

  test("it speaks the visitor's language, and another by choice, and does not open Viber again for that", async ({ page }) => {
    await page.goto(landing);
    await expect(page.locator("html")).toHaveAttribute("lang", "ru");
    await page.getByRole("link", { name: "Українська" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "uk");
    await expect(page.locator("#help")).toBeVisible();
    expect(await tried(page)).toEqual([]);
  });
});

test("a link that leads nowhere says so", async ({ page }) => {
  await page.goto(`${deskUrl}/go/viber-gone`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page, "the page of a dead link");
});
