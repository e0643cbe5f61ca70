// The page in a real browser: without scripts, by keyboard, with hostile names, in light and dark
// and on a phone; no violations of its content policy or of axe's rules.
//
// Usage: node page.mjs path/to/headcount folder-with-node_modules [folder for screenshots]

import assert from "node:assert/strict";
import { checkAxe, checkWidth, logIn, picture, reach, watch, withFolder } from "./chromium.mjs";

const HOSTILE = [
  ["ann.lee@example.com", "Ann", "Lee"],
  ["bob@example.com", "Bob", "<script>document.title='x'</script>"],
  ["miriam@example.com", "מרים", "כהן"],
  [`${"x".repeat(60)}@${"y".repeat(60)}.example.com`, "Long ".repeat(40).trim(), "W".repeat(200)],
  ["dee@example.com", "&lt;b&gt;", "D"],
  ["eve@example.com", "\"><img src=x onerror=alert(1)>", "E"],
  ["omar@example.com", "عمر", "O'Neil & Söhne"],
];

async function checkLooks(browser, address, state, users) {
  for (const scheme of ["light", "dark"]) {
    for (const [device, width, height] of [["desk", 1100, 760], ["phone", 380, 760]]) {
      const context = await browser.newContext({
        colorScheme: scheme,
        viewport: { width, height },
        storageState: state,
        bypassCSP: true,
      });
      const page = await context.newPage();
      for (const [name, path] of [
        ["users", "/admin"],
        ["found", "/admin?q=example&sort=created&order=down"],
        ["user", `/admin/users/${users[1]}`],
        ["workspaces", "/admin/workspaces"],
        ["audit", "/admin/audit"],
        ["change", "/admin/changes/3?back=%2Fadmin"],
        ["import", "/admin/import"],
        ["keys", "/admin/keys"],
        ["login", "/admin/login"],
      ]) {
        await page.goto(address + path);
        await checkWidth(page, `${name} (${device})`);
        await picture(page, `${name}-${device}-${scheme}`);
        await checkAxe(page, `${name} (${device}, ${scheme})`);
      }
      await context.close();
    }
  }
}

// Selects, previews, applies and undoes with the keyboard alone.
async function checkKeyboard(page, address) {
  await page.goto(`${address}/admin?state=active`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await reach(page, () => document.activeElement.getAttribute("aria-label") === "choose bob@example.com");
  await page.keyboard.press("Space");
  await reach(page, () => document.activeElement.textContent === "Deactivate…");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/preview");
  await reach(page, () => document.activeElement.textContent === "Apply");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/changes\/\d+/);
  assert.match(await page.textContent("[role=status]"), /1 deactivated/);
  // Reloading sends no form again; the browser would ask first.
  const done = page.url();
  await page.reload();
  assert.equal(page.url(), done);
  assert.match(await page.textContent("[role=status]"), /1 deactivated/);
  await reach(page, () => document.activeElement.textContent === "Undo");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("[role=status]")?.textContent.includes("1 activated"));
}

async function checkFilters(page, address) {
  await page.goto(`${address}/admin`);
  await page.fill("input[name=q]", "example");
  await page.selectOption("select[name=state]", "inactive");
  await page.keyboard.press("Enter");
  await page.waitForURL(/state=inactive/);
  await page.click("tbody a");
  await page.goBack();
  assert.equal(await page.inputValue("input[name=q]"), "example", "filters are kept on Back");
  assert.equal(await page.inputValue("select[name=state]"), "inactive");
}

// Pastes a file, previews its changes, and imports it.
async function checkImport(page, address) {
  await page.goto(`${address}/admin/import`);
  await page.fill("textarea", "email,given_name,active\ndee@example.com,Dee,\nnew@example.com,New,false\n");
  await page.click("text=Show what would change…");
  assert.match(await page.textContent("[role=status]"), /1 created, 1 changed/);
  await checkWidth(page, "preview of an import");
  await picture(page, "import-preview");
  await page.click("text=Import >> nth=-1");
  assert.match(await page.textContent("[role=status]"), /1 created, 1 changed/);
  await page.click("text=Undo");
  assert.match(await page.textContent("[role=status]"), /1 changed, 1 deleted/);
  await picture(page, "import-undone");
}

// The audit shows a change that is made elsewhere, without a reload.
async function checkLive(page, address, key) {
  await page.goto(`${address}/admin/audit`);
  await page.locator("#live:visible").waitFor();
  const made = await fetch(`${address}/api/v1/users`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify({ email: "live@example.com", active: false }),
  });
  assert.equal(made.status, 201);
  await page.locator("tbody tr:first-child >> text=live@example.com").waitFor();
  // Long names elsewhere in the table leave the actor on one line.
  const lines = await page.locator("td.who a").evaluateAll(
    (links) => links.map((link) => link.getClientRects().length));
  assert.deepEqual(lines, [1]);
}

// After logging in, a visitor reaches the page that was requested without a session.
async function checkReturn(browser, address, key) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}/admin/audit?before=4`);
  assert.equal(page.url(), `${address}/admin/login?to=%2Fadmin%2Faudit%3Fbefore%3D4`);
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/admin/audit?before=4`);
  await context.close();
}

// An action is undone later, from the audit.
async function checkLater(page, address) {
  await page.goto(`${address}/admin`);
  await page.check("input[aria-label='choose bob@example.com']");
  await page.click("text=Deactivate…");
  await page.click("text=Apply");
  await page.waitForURL(/\/admin\/changes\/\d+/);
  await page.goto(`${address}/admin/audit`);
  await page.locator("tbody tr:first-child >> text=Undo…").click();
  await page.click("button:text-is('Undo')");
  assert.match(await page.textContent("[role=status]"), /1 activated/);
}

async function checkNames(page, address) {
  await page.goto(`${address}/admin`);
  const shown = await page.textContent("tbody");
  for (const [, given, family] of HOSTILE) {
    assert.ok(shown.includes(`${given} ${family}`), `${given} is shown as it is`);
  }
  assert.equal(await page.title(), "Users · headcount");
}

await withFolder(async ({ run, serve, browser }) => {
  run("license", "set", "7");
  for (const [at, [email, given, family]] of HOSTILE.entries()) {
    const line = ["users", "create", email, "--given-name", given, "--family-name", family];
    run(...line, ...(at > 3 ? ["--inactive"] : []));
  }
  run("workspaces", "create", "Fraud models", "--owner", "ann.lee@example.com");
  const made = run("keys", "create", "desk", "--provisioner", "desk", "--scope", "admin");
  const own = run("keys", "create", "own", "--user", "ann.lee@example.com", "--scope", "write");
  const users = run("users", "list").users.map((user) => user.id);
  const address = await serve("--listen", "127.0.0.1:0");
  const context = await browser.newContext({ javaScriptEnabled: true });
  const page = await context.newPage();
  const complaints = [];
  watch(page, complaints);
  await logIn(page, address, made.key.secret);
  await checkNames(page, address);
  await checkKeyboard(page, address);
  await checkFilters(page, address);
  await checkLater(page, address);
  await checkReturn(browser, address, made.key.secret);
  await checkImport(page, address);
  await checkLive(page, address, own.key.secret);
  assert.deepEqual(complaints, [], "the browser complains");
  const state = await context.storageState();
  await checkLooks(browser, address, state, users);

  const plain = await browser.newContext({ javaScriptEnabled: false });
  const quiet = await plain.newPage();
  await logIn(quiet, address, made.key.secret);
  await quiet.check("input[aria-label='choose bob@example.com']");
  await quiet.click("text=Deactivate…");
  await quiet.click("text=Apply");
  assert.match(await quiet.textContent("main"), /1 deactivated/);
  await quiet.goto(`${address}/admin/audit`);
  assert.match(await quiet.textContent("tbody"), /live@example.com/);
  await quiet.click("text=Log out");
  assert.equal(quiet.url(), `${address}/admin/login`);
  console.log("the page works in a browser");
});
