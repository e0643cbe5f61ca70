// Which addon is loaded, and what is said where there is none for the platform.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { mainManifest, platformManifest } from "../scripts/platforms.mjs";
import { folder } from "./helpers.mjs";

const root = new URL("../", import.meta.url);
const index = new URL("dist/index.js", root).pathname;

test("another addon is refused in words", (t) => {
  const path = join(folder(t), "addon.cjs");
  writeFileSync(path, `exports.versions = () => "0.0.9 7";`);
  const load = (addon) => spawnSync(process.execPath, [index], { encoding: "utf8", env: { ...process.env, HEADCOUNT_ADDON: addon } }).stderr;
  assert.match(load(path), /headcount 0\.1\.0 was given the addon of another release: "0\.0\.9 7"/);
  assert.match(load(join(folder(t), "missing.node")), /HEADCOUNT_ADDON names a file that can't be loaded/);
});

test("the package to install is the one of the C library that Node runs on", { skip: process.platform !== "linux" }, () => {
  // As if nothing were built here, on a machine that has musl's loader.
  const missing = (header) => {
    const program = `const fs = require("node:fs");
      fs.existsSync = (path) => path.startsWith("/lib/ld-musl-");
      process.report.getReport = () => ({ header: ${JSON.stringify(header)} });
      try { require(${JSON.stringify(index)}); } catch (error) { console.log(error.message); }`;
    const { HEADCOUNT_ADDON: _, ...env } = process.env;
    return execFileSync(process.execPath, ["-e", program], { encoding: "utf8", env });
  };
  assert.match(missing({}), new RegExp(`the package @headcount/linux-${process.arch}-musl is missing`));
  assert.match(missing({ glibcVersionRuntime: "2.36" }), new RegExp(`the package @headcount/linux-${process.arch}-gnu is missing`));
});

test("the packages of a release are those that are looked for", () => {
  const { optionalDependencies, scripts } = mainManifest(JSON.parse(readFileSync(new URL("package.json", root), "utf8")));
  const { platform } = createRequire(index)("./platform.js");
  assert.ok(`@headcount/${platform()}` in optionalDependencies);
  for (const libc of ["gnu", "musl"]) {
    const name = `@headcount/linux-x64-${libc}`;
    assert.equal(optionalDependencies[name], "0.1.0");
    const manifest = platformManifest(`linux-x64-${libc}`, { version: "0.1.0" });
    assert.deepEqual([manifest.name, manifest.os, manifest.cpu, manifest.libc], [name, ["linux"], ["x64"], [libc === "gnu" ? "glibc" : libc]]);
  }
  assert.equal(scripts, undefined, "nothing is run when the package is installed");
});

test("an addon built for debugging is not taken for a release", () => {
  const env = { ...process.env, HEADCOUNT_BUILT_ADDON: "/no/such/addon" };
  const built = spawnSync(process.execPath, [new URL("scripts/build.mjs", root).pathname, "--release"], { encoding: "utf8", env });
  assert.match(built.stderr, /HEADCOUNT_BUILT_ADDON names one built for debugging: unset it/);
  assert.equal(built.status, 2);
  assert.ok(readdirSync(new URL("dist", root)).includes("index.js"), "it ends before it removes anything");
});

test("nothing is run when the package is installed", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  assert.deepEqual(Object.keys(scripts).filter((name) => /install|prepare/.test(name)), []);
});

test("the cache works where Node may not lend memory, as in Electron", (t) => {
  const path = join(folder(t), "addon.cjs");
  const [addon] = readdirSync(new URL("dist", root)).filter((name) => name.endsWith(".node"));
  writeFileSync(path, `module.exports = { ...require(${JSON.stringify(new URL(`dist/${addon}`, root).pathname)}), counter: () => undefined };`);
  const program = `const { sync } = require(${JSON.stringify(index)}).Directory.inMemory();
    sync.createUser("ann@ex.co");
    const first = sync.user("ann@ex.co");
    console.log(first === sync.user("ann@ex.co"));
    sync.deactivateUser(first);
    console.log(sync.user("ann@ex.co").active);`;
  const env = { ...process.env, HEADCOUNT_ADDON: path };
  assert.equal(execFileSync(process.execPath, ["-e", program], { encoding: "utf8", env }), "true\nfalse\n");
});
