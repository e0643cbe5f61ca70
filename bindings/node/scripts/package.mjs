// Makes the packages to publish for this platform, in build/: node scripts/package.mjs [--debug]
//
// The platform's package has the addon and nothing else; the main one names those of all platforms
// as optional dependencies, in the same version.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { PLATFORMS, mainManifest, platformManifest } from "./platforms.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = join(root, "build", "packages");
const profile = process.argv.includes("--debug") ? [] : ["--release"];
execFileSync(process.execPath, [join(root, "scripts", "build.mjs"), ...profile], { stdio: "inherit" });
rmSync(build, { recursive: true, force: true });

const main = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const addon = readdirSync(join(root, "dist")).find((name) => name.endsWith(".node"));
const [, platform] = addon.match(/^headcount\.(.*)\.node$/);
if (!PLATFORMS.includes(platform)) throw new Error(`scripts/platforms.mjs does not know ${platform}`);

stage("platform", [addon], platformManifest(platform, main));
stage("main", [], mainManifest(main));

function stage(name, files, manifest) {
  const folder = join(build, name);
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    copyFileSync(join(root, "dist", file), join(folder, file));
    // Nobody needs the names of lines; a backtrace still has those of functions.
    if (process.platform === "linux") execFileSync("strip", ["--strip-debug", join(folder, file)]);
  }
  if (name === "main") {
    cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true, filter: (path) => !path.endsWith(".node") });
    copyFileSync(join(root, "README.md"), join(folder, "README.md"));
  }
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, "..", "..", file), join(folder, file));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", build], { cwd: folder, stdio: "inherit" });
}
