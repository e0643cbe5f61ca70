// Shared by the tests of the page in a real browser: the server, Debian's chromium, and axe.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import assert from "node:assert/strict";

export const [headcount, modules, pictures] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(modules, "node_modules", "x"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// Runs `story` with a folder that is removed afterwards, a command on a directory in it, and a
// function that serves this directory.
export async function withFolder(story) {
  const folder = mkdtempSync(join(tmpdir(), "headcount-page-"));
  const db = ["--db", join(folder, "users.redb"), "--json"];
  const servers = [];
  const run = (...line) =>
    JSON.parse(execFileSync(headcount, [...db, ...line], { encoding: "utf8", maxBuffer: 2 ** 26 }));
  const serve = async (...line) => {
    const server = spawn(headcount, [...db, "serve", ...line], { stdio: ["ignore", "pipe", "inherit"] });
    servers.push(server);
    const first = await new Promise((done, fail) => {
      server.stdout.once("data", (data) => done(data.toString().split("\n")[0]));
      server.once("exit", () => fail(new Error("the server ends")));
    });
    return JSON.parse(first).listening;
  };
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    await story({ folder, run, serve, browser });
  } finally {
    await browser.close();
    for (const server of servers) {
      if (server.exitCode !== null || server.signalCode !== null) continue;
      const ended = new Promise((done) => server.once("exit", done));
      server.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

// Collects everything the browser complains of.
export function watch(page, complaints) {
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
}

// Logs in by keyboard.
export async function logIn(page, address, key) {
  await page.goto(`${address}/admin`);
  assert.equal(page.url(), `${address}/admin/login`);
  // The field gets the focus: a keyboard is enough.
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/admin`);
}

export async function picture(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
}

// The page must not be wider than the screen.
export async function checkWidth(page, name) {
  const size = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(size[0] <= size[1], `${name} is ${size[0]} wide on ${size[1]}`);
}

// axe is injected, which the page's content policy forbids: the context of `page` must bypass it.
export async function checkAxe(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map((of) => `${of.id}: ${of.nodes[0].html} ${of.nodes[0].failureSummary}`);
  assert.deepEqual(told, [], name);
}

// Moves the focus by Tab until `is` holds in the page.
export async function reach(page, is) {
  for (let steps = 0; steps < 80; steps += 1) {
    if (await page.evaluate(is)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`the keyboard does not reach ${is}`);
}
