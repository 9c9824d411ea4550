// How long a customer's message takes to an open console. Prints figures; what is promised of them stands in `prove pages`.

import { addCustomer, deskUrl, signIn, test, viber } from "../kit.js";

const MESSAGES = 40;

/** From the phone's button to the words on the operator's screen, in ms. */
async function timed(page, selector, text, write) {
  const shown = page.evaluate(([where, words]) => new Promise((resolve) => {
    const look = () => document.querySelector(where)?.textContent.includes(words) && resolve(Date.now());
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  }), [selector, text]);
  const start = Date.now();
  await write(text);
  return (await shown) - start;
}

test("a message on its way to the console", async ({ page }) => {
  const [bot] = (await viber("GET", "bots")).items;
  const customer = await addCustomer("Olena");
  const write = (text) => viber("POST", `bots/${bot.alias}/users/${customer}/write`, { text });
  await signIn(page);
  await write("first");
  await page.getByRole("link", { name: /Olena/ }).first().waitFor();
  const inbox = [];
  for (let n = 0; n < MESSAGES; n += 1) inbox.push(await timed(page, "#list > li", `to the inbox ${n}.`, write));
  await page.getByRole("link", { name: /Olena/ }).first().click();
  await page.waitForURL(`${deskUrl}/tasks/*`);
  await page.waitForLoadState("networkidle").catch(() => {});
  const task = [];
  for (let n = 0; n < MESSAGES; n += 1) task.push(await timed(page, "#actions", `to the task ${n}.`, write));
  console.log(`FIGURES ${JSON.stringify({ inbox, task })}`);
});
