// The page in a real browser: without scripts, by keyboard, with hostile names, in light
// and dark and on a phone; no violation of its content policy and none that axe finds.
//
// Usage: node page.mjs path/to/headcount folder-with-node_modules [folder for screenshots]

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import assert from "node:assert/strict";

const [headcount, modules, pictures] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(modules, "node_modules", "x"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const HOSTILE = [
  ["ann.lee@example.com", "Ann", "Lee"],
  ["bob@example.com", "Bob", "<script>document.title='x'</script>"],
  ["miriam@example.com", "מרים", "כהן"],
  [`${"x".repeat(60)}@${"y".repeat(60)}.example.com`, "Long ".repeat(40).trim(), "W".repeat(200)],
  ["dee@example.com", "&lt;b&gt;", "D"],
  ["eve@example.com", "\"><img src=x onerror=alert(1)>", "E"],
  ["omar@example.com", "عمر", "O'Neil & Söhne"],
];

const folder = mkdtempSync(join(tmpdir(), "headcount-page-"));

function run(...line) {
  const command = ["--db", join(folder, "users.redb"), "--json", ...line];
  return JSON.parse(execFileSync(headcount, command, { encoding: "utf8" }));
}

async function serve() {
  const line = ["--db", join(folder, "users.redb"), "--json", "serve", "--listen", "127.0.0.1:0"];
  const server = spawn(headcount, line, { stdio: ["ignore", "pipe", "inherit"] });
  const [first] = await new Promise((done) =>
    server.stdout.once("data", (data) => done(data.toString().split("\n"))),
  );
  return [server, JSON.parse(first).listening];
}

// Nothing that the browser complains of stays unseen.
function watch(page, complaints) {
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
}

async function logIn(page, address, key) {
  await page.goto(`${address}/admin`);
  assert.equal(page.url(), `${address}/admin/login`);
  // The field gets the focus: a keyboard is enough.
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/admin`);
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
}

// The page must not be wider than the screen.
async function checkWidth(page, name) {
  const size = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(size[0] <= size[1], `${name} is ${size[0]} wide on ${size[1]}`);
}

async function checkLooks(browser, address, state, users) {
  for (const scheme of ["light", "dark"]) {
    for (const [device, width, height] of [["desk", 1100, 760], ["phone", 380, 760]]) {
      const context = await browser.newContext({
        colorScheme: scheme,
        viewport: { width, height },
        storageState: state,
        // axe is put in from outside, which the page's own policy forbids.
        bypassCSP: true,
      });
      const page = await context.newPage();
      for (const [name, path] of [
        ["users", "/admin"],
        ["found", "/admin?q=example&sort=created&order=down"],
        ["user", `/admin/users/${users[1]}`],
        ["workspaces", "/admin/workspaces"],
        ["audit", "/admin/audit"],
        ["import", "/admin/import"],
        ["keys", "/admin/keys"],
        ["login", "/admin/login"],
      ]) {
        await page.goto(address + path);
        await checkWidth(page, `${name} (${device})`);
        await picture(page, `${name}-${device}-${scheme}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        const told = violations.map((of) => `${of.id}: ${of.nodes[0].html} ${of.nodes[0].failureSummary}`);
        assert.deepEqual(told, [], `${name} (${device}, ${scheme})`);
      }
      await context.close();
    }
  }
}

// Chooses, previews, does and undoes with the keyboard alone.
async function checkKeyboard(page, address) {
  await page.goto(`${address}/admin?state=active`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  const reach = async (is) => {
    for (let steps = 0; steps < 80; steps += 1) {
      if (await page.evaluate(is)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not reach ${is}`);
  };
  await reach(() => document.activeElement.getAttribute("aria-label") === "choose bob@example.com");
  await page.keyboard.press("Space");
  await reach(() => document.activeElement.textContent === "Deactivate…");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/preview");
  await reach(() => document.activeElement.textContent === "Do it");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/apply");
  assert.match(await page.textContent("[role=status]"), /1 deactivated/);
  await reach(() => document.activeElement.textContent === "Undo");
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

// Pastes a file, looks at what it would change, and imports it.
async function checkImport(page, address) {
  await page.goto(`${address}/admin/import`);
  await page.fill("textarea", "email,given_name,active\ndee@example.com,Dee,\nnew@example.com,New,false\n");
  await page.click("text=Show what would change…");
  assert.match(await page.textContent("[role=status]"), /1 created, 1 changed/);
  await checkWidth(page, "preview of an import");
  await picture(page, "import-preview");
  await page.click("text=Import >> nth=-1");
  assert.match(await page.textContent("[role=status]"), /1 created, 1 changed/);
}

// The audit shows a change that is made elsewhere, without being asked again.
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
}

async function checkNames(page, address) {
  await page.goto(`${address}/admin`);
  const shown = await page.textContent("tbody");
  for (const [, given, family] of HOSTILE) {
    assert.ok(shown.includes(`${given} ${family}`), `${given} is shown as it is`);
  }
  assert.equal(await page.title(), "Users · headcount");
}

const server = { process: null };
try {
  run("license", "set", "7");
  for (const [at, [email, given, family]] of HOSTILE.entries()) {
    const line = ["users", "create", email, "--given-name", given, "--family-name", family];
    run(...line, ...(at > 3 ? ["--inactive"] : []));
  }
  run("workspaces", "create", "Fraud models", "--owner", "ann.lee@example.com");
  const made = run("keys", "create", "desk", "--provisioner", "desk", "--scope", "admin");
  const users = run("users", "list").users.map((user) => user.id);
  const [process, address] = await serve();
  server.process = process;
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const context = await browser.newContext({ javaScriptEnabled: true });
  const page = await context.newPage();
  const complaints = [];
  watch(page, complaints);
  await logIn(page, address, made.key.secret);
  await checkNames(page, address);
  await checkKeyboard(page, address);
  await checkFilters(page, address);
  await checkImport(page, address);
  await checkLive(page, address, made.key.secret);
  assert.deepEqual(complaints, [], "the browser complains");
  const state = await context.storageState();
  await checkLooks(browser, address, state, users);

  const plain = await browser.newContext({ javaScriptEnabled: false });
  const quiet = await plain.newPage();
  await logIn(quiet, address, made.key.secret);
  await quiet.check("input[aria-label='choose bob@example.com']");
  await quiet.click("text=Deactivate…");
  await quiet.click("text=Do it");
  assert.match(await quiet.textContent("main"), /1 deactivated/);
  await quiet.goto(`${address}/admin/audit`);
  assert.match(await quiet.textContent("tbody"), /live@example.com/);
  await quiet.click("text=Log out");
  assert.equal(quiet.url(), `${address}/admin/login`);
  await browser.close();
  console.log("the page works in a browser");
} finally {
  if (server.process) {
    const ended = new Promise((done) => server.process.once("exit", done));
    server.process.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
