// Builds the addon and the JavaScript: node scripts/build.mjs [--release]
//
// HEADCOUNT_BUILT_ADDON names an addon that was built for debugging before, to be used as it is.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const profile = process.argv.includes("--release") ? ["release", "--release"] : ["debug"];

if (process.env.HEADCOUNT_BUILT_ADDON !== undefined && profile[0] === "release") {
  console.error("--release builds the addon, and HEADCOUNT_BUILT_ADDON names one built for debugging: unset it");
  process.exit(2);
}

const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });

rmSync(join(root, "dist"), { recursive: true, force: true });
mkdirSync(join(root, "dist"));
const require = createRequire(import.meta.url);
run(process.execPath, require.resolve("typescript/bin/tsc"));

const { platform } = require("../dist/platform.js");
copyFileSync(process.env.HEADCOUNT_BUILT_ADDON ?? addon(), join(root, "dist", `headcount.${platform()}.node`));

/** Builds the addon and returns its path. */
function addon() {
  run("cargo", "build", "--locked", "-p", "headcount-node", ...profile.slice(1));
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: root });
  const { target_directory: target } = JSON.parse(metadata);
  const library = { linux: "libheadcount_node.so", darwin: "libheadcount_node.dylib", win32: "headcount_node.dll" };
  return join(target, profile[0], library[process.platform]);
}
