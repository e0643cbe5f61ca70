// Installs the packages in an empty folder, without this source tree, and runs the example
// there, as a module and by require: node scripts/rehearse.mjs [--debug]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
execFileSync(process.execPath, [join(root, "scripts", "package.mjs"), ...process.argv.slice(2)], { stdio: "inherit" });
const packages = readdirSync(join(root, "build", "packages")).filter((name) => name.endsWith(".tgz"));
assert.equal(packages.length, 2);

const folder = mkdtempSync(join(tmpdir(), "headcount-rehearsal-"));
try {
  const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: "utf8" });
  writeFileSync(join(folder, "package.json"), "{}\n");
  const paths = packages.map((name) => join(root, "build", "packages", name));
  // No script may be needed to install it.
  run("npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", ...paths);
  assert.ok(!existsSync(join(folder, "node_modules", "headcount", "src")));
  assert.ok(!readdirSync(join(folder, "node_modules", "headcount", "dist")).some((name) => name.endsWith(".node")));
  copyFileSync(join(root, "examples", "team.mjs"), join(folder, "team.mjs"));
  const shown = run(process.execPath, "team.mjs");
  assert.match(shown, /5 of 5 seats in use, 1 inactive/);
  assert.equal(run(process.execPath, "-p", `require("headcount").Directory.inMemory().sync.seats().limit`), "5\n");
  // Without the platform's package it says what to do.
  rmSync(join(folder, "node_modules", "@headcount"), { recursive: true });
  assert.throws(
    () => execFileSync(process.execPath, ["-e", `require("headcount")`], { cwd: folder, encoding: "utf8", stdio: "pipe" }),
    (error) => /npm install --include=optional/.test(error.stderr),
  );
  console.log(`${packages.join(" and ")}: installed, and the example ran`);
} finally {
  rmSync(folder, { recursive: true });
}
