// What admins do on the page, in a real browser with and without JavaScript: swap users, pass on a
// seat when none is free, a user's own page, workspaces, keys and the export; and how the page
// looks with no users and with many.
//
// Usage: node actions.mjs path/to/headcount folder-with-node_modules [folder for screenshots]

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkAxe, checkWidth, logIn, picture, watch, withFolder } from "./chromium.mjs";

const MANY = 20_000;

const status = (page) => page.textContent("[role=status]");

async function choose(page, emails, button) {
  for (const email of emails) await page.check(`input[aria-label='choose ${email}']`);
  await page.click(`text=${button}…`);
}

// Presses a button and checks what the next page looks like.
async function press(page, button) {
  await page.click(`button:text-is("${button}")`);
  await checkWidth(page, `after ${button}`);
}

async function checkSwap(page, address) {
  await page.goto(`${address}/admin`);
  await choose(page, ["bob@ex.co", "dee@ex.co"], "Swap");
  assert.match(await page.textContent("main"), /3 → 3/);
  await press(page, "Apply");
  assert.match(await status(page), /1 deactivated, 1 activated/);
  await press(page, "Undo");
  assert.match(await status(page), /1 deactivated, 1 activated/);
}

// A refusal for want of a seat leads to the holders of seats, one of whom gives theirs up.
async function checkFullHouse(page, address) {
  await page.goto(`${address}/admin?state=inactive`);
  await choose(page, ["dee@ex.co"], "Activate");
  assert.match(await page.textContent("[role=alert]"), /3 of 3 seats/);
  await checkWidth(page, "a full house");
  await picture(page, "full-house");
  await page.fill("main input[name=q]", "bob");
  await press(page, "Search holders");
  assert.equal(await page.locator("text=cho@ex.co").count(), 0, "only bob is found");
  await page.check("label:has-text('bob@ex.co') input");
  await press(page, "Swap…");
  await press(page, "Apply");
  assert.match(await status(page), /1 deactivated, 1 activated/);
  await press(page, "Undo");
}

async function checkOwner(page, address) {
  await page.goto(`${address}/admin`);
  await choose(page, ["ann@ex.co"], "Deactivate");
  assert.match(await page.textContent("[role=alert]"), /Fraud models/);
  await press(page, "Leave them without an owner");
  await press(page, "Undo");
  assert.match(await status(page), /1 activated/);
}

// A user is found by id, and their page has buttons, workspaces and a history.
async function checkUser(page, address, id) {
  await page.goto(`${address}/admin`);
  await page.fill("input[name=q]", id);
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.click("tbody a");
  assert.equal(await page.textContent("h1"), "bob@ex.co");
  assert.match(await page.textContent("main"), /History/);
  await press(page, "Deactivate");
  assert.match(await status(page), /1 deactivated/);
  await press(page, "Undo");
}

async function checkWorkspace(page, address) {
  await page.goto(`${address}/admin/workspaces`);
  await page.click("text=Fraud models");
  assert.match(await page.textContent("main"), /ann@ex\.co/);
  await checkWidth(page, "a workspace");
}

async function checkKeys(page, address) {
  await page.goto(`${address}/admin/keys`);
  await page.fill("input[name=name]", "a key for once");
  await page.check("input[value=provisioner]");
  await page.fill("input[name=holder]", "robot");
  await press(page, "Create");
  assert.match(await page.textContent("main code"), /^\S{20,}$/);
  await page.click("text=Back to the keys");
  await page.click("button[aria-label='Revoke a key for once']");
  await checkWidth(page, "the question");
  await press(page, "Revoke");
  assert.match(await status(page), /a key for once can't be used any more/);
}

async function checkExport(page, address) {
  await page.goto(`${address}/admin`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Export all as CSV")]);
  const lines = readFileSync(await download.path(), "utf8").split("\r\n");
  assert.match(lines[0], /^id,email,/);
  assert.equal(lines.filter((line) => line.includes("@ex.co")).length, 4);
}

// Nobody deactivates their own account.
async function checkOwnAccount(browser, address, key) {
  const page = await (await browser.newContext()).newPage();
  await logIn(page, address, key);
  await choose(page, ["cho@ex.co"], "Deactivate");
  assert.match(await page.textContent("[role=alert]"), /by another admin/);
}

await withFolder(async ({ run, serve, browser }) => {
  run("license", "set", "3");
  for (const name of ["ann", "bob", "cho"]) run("users", "create", `${name}@ex.co`);
  run("users", "create", "dee@ex.co", "--inactive", "--given-name", "D".repeat(100), "--family-name", "W".repeat(100));
  run("workspaces", "create", "Fraud models", "--owner", "ann@ex.co");
  const { secret } = run("keys", "create", "desk", "--provisioner", "desk", "--scope", "admin").key;
  const own = run("keys", "create", "own", "--user", "cho@ex.co", "--scope", "write").key.secret;
  const { id } = run("users", "list").users.find((user) => user.email === "bob@ex.co");
  const address = await serve("--listen", "127.0.0.1:0");
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 380, height: 760 } });
    const page = await context.newPage();
    const complaints = [];
    watch(page, complaints);
    await logIn(page, address, secret);
    await checkSwap(page, address);
    await checkFullHouse(page, address);
    await checkOwner(page, address);
    await checkUser(page, address, id);
    await checkWorkspace(page, address);
    await checkKeys(page, address);
    await checkExport(page, address);
    // Refusals have an error status, which the browser's console reports.
    const others = complaints.filter((text) => !text.startsWith("Failed to load resource"));
    assert.deepEqual(others, [], "the browser complains");
    await context.close();
  }
  await checkOwnAccount(browser, address, own);
});

// Checks the list with no users and with many.
for (const count of [0, MANY]) {
  await withFolder(async ({ folder, run, serve, browser }) => {
    const { secret } = run("keys", "create", "desk", "--provisioner", "desk", "--scope", "admin").key;
    run("license", "set", "enterprise");
    if (count > 0) {
      const rows = Array.from({ length: count }, (_, at) => `user${at}@example${at % 40}.com,Given${at},Family\n`);
      const file = join(folder, "users.csv");
      writeFileSync(file, `email,given_name,family_name\n${rows.join("")}`);
      run("import", file);
    }
    const address = await serve("--listen", "127.0.0.1:0");
    const context = await browser.newContext({ viewport: { width: 380, height: 760 }, bypassCSP: true });
    const page = await context.newPage();
    await logIn(page, address, secret);
    assert.equal(/There are no users yet/.test(await page.textContent("main")), count === 0);
    for (const path of ["/admin", "/admin/workspaces", "/admin/audit"]) {
      await page.goto(address + path);
      await checkWidth(page, `${path} with ${count} users`);
      await checkAxe(page, `${path} with ${count} users`);
      await picture(page, `${count}-users${path.replaceAll("/", "-")}`);
    }
    if (count > 0) {
      await page.goto(`${address}/admin`);
      await page.click("text=Next page");
      assert.equal(await page.locator("tbody tr").count(), 50);
      await page.goto(`${address}/admin?q=given${count - 1}`);
      assert.match(await page.textContent("tbody"), new RegExp(`user${count - 1}@`));
    }
  });
}
console.log("what admins do with the page works in a browser");
