// Installs the packages in an empty folder, without this source tree, from a registry as npm's, and runs
// the example there, as a module and by require: node scripts/rehearse.mjs [--debug]
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { PLATFORMS, platformManifest } from "./platforms.mjs";
import { serveRegistry } from "./registry.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
execFileSync(process.execPath, [join(root, "scripts", "package.mjs"), ...process.argv.slice(2)], { stdio: "inherit" });
const build = join(root, "build", "packages");
const tarballs = readdirSync(build).filter((name) => name.endsWith(".tgz"));
assert.equal(tarballs.length, 2);
const [main, platform] = ["main", "platform"].map((name) => JSON.parse(readFileSync(join(build, name, "package.json"), "utf8")));
const tarball = (manifest) => join(build, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`);
// What can't be built here is stood for by this platform's files.
const others = PLATFORMS.map((name) => platformManifest(name, main)).filter(({ name }) => name !== platform.name);
const registry = await serveRegistry([main, platform, ...others], (manifest) => tarball(manifest === main ? main : platform));

const folder = mkdtempSync(join(tmpdir(), "headcount-rehearsal-"));
try {
  const run = async (command, ...args) => (await promisify(execFile)(command, args, { cwd: folder })).stdout;
  // No script may be needed to install it.
  const install = (...options) =>
    run("npm", "install", "headcount", "--registry", registry.url, "--cache", join(folder, "cache"), "--silent", "--ignore-scripts", "--no-audit", "--no-fund", ...options);
  const installed = () => readdirSync(join(folder, "node_modules", "@headcount"));

  writeFileSync(join(folder, "package.json"), "{}\n");
  // As on Alpine.
  await install("--os=linux", "--cpu=x64", "--libc=musl", "--no-package-lock");
  assert.deepEqual(installed(), ["linux-x64-musl"]);
  rmSync(join(folder, "node_modules"), { recursive: true });
  await install();
  assert.deepEqual(installed(), [platform.name.slice("@headcount/".length)]);
  assert.ok(!existsSync(join(folder, "node_modules", "headcount", "src")));
  assert.ok(!readdirSync(join(folder, "node_modules", "headcount", "dist")).some((name) => name.endsWith(".node")));
  copyFileSync(join(root, "examples", "team.mjs"), join(folder, "team.mjs"));
  const shown = await run(process.execPath, "team.mjs");
  assert.match(shown, /5 of 5 seats in use, 1 inactive/);
  assert.equal(await run(process.execPath, "-p", `require("headcount").Directory.inMemory().sync.seats().limit`), "5\n");
  // Without the platform's package it says what to do.
  rmSync(join(folder, "node_modules", "@headcount"), { recursive: true });
  await assert.rejects(run(process.execPath, "-e", `require("headcount")`), (error) => /npm install --include=optional/.test(error.stderr));
  console.log(`${tarballs.join(" and ")}: installed, and the example ran`);
} finally {
  registry.close();
  rmSync(folder, { recursive: true });
}
