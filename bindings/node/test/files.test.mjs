// Files: opened, closed, shared by worker threads, copied.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

import { Batch, Directory, compact, findFaults, planRepair, repair, restore } from "headcount";

import { file, folder, kind, operations } from "./helpers.mjs";

test("what is written stays", async (t) => {
  const path = file(t);
  const directory = await Directory.open(pathToFileURL(path), { licenseIfNew: 3 });
  const ann = await directory.createUser("ann@ex.co");
  await directory.close();
  const again = Directory.openSync(path);
  assert.deepEqual({ ...again.sync.user(ann.id) }, { ...ann });
  assert.equal(again.sync.seats().limit, 3);
  again.sync.close();
});

test("everything on a closed directory is refused", async (t) => {
  const directory = await Directory.open(file(t));
  const { sync } = directory;
  const acting = directory.actingAs("00000000-0000-4000-8000-000000000000");
  assert.equal(directory.isClosed, false);
  await directory.setLicense("enterprise");
  const settled = [];
  const creates = Array.from({ length: 60 }, (_, i) => directory.createUser(`u${i}@ex.co`).then(() => settled.push(i)));
  const closing = [directory.close(), directory.close()].map((close) => close.then(() => settled.push("closed")));
  // What was begun before is finished first.
  await Promise.all([...creates, ...closing]);
  assert.deepEqual([settled.length, ...settled.slice(60)], [62, "closed", "closed"]);
  assert.equal(acting.isClosed, true);
  const calls = { ...operations(), backup: [join(folder(t), "copy.redb")], export: [join(folder(t), "users.jsonl")], load: [fileURLToPath(import.meta.url)] };
  for (const [name, args] of Object.entries(calls)) {
    for (const asked of [directory, acting]) await assert.rejects(asked[name](...args), kind("closed"), name);
    assert.throws(() => sync[name](...args), kind("closed"), name);
  }
  for (const list of ["users", "workspaces"]) {
    await assert.rejects(directory[list]().toArray(), kind("closed"));
    assert.throws(() => sync[list]().toArray(), kind("closed"));
  }
  await assert.rejects(directory.changes(0).toArray(), kind("closed"));
  await assert.rejects(directory.follow(0).next(), kind("closed"));
  const names = Object.getOwnPropertyNames(Directory.prototype).filter((name) => typeof Object.getOwnPropertyDescriptor(Directory.prototype, name).value === "function");
  const others = ["constructor", "actingAs", "through", "users", "queryAll", "workspaces", "changes", "follow", "close"];
  assert.deepEqual(names.filter((name) => !(name in calls) && !others.includes(name)), [], "each operation is tried above");
  sync.close();
  await directory.close();
});

test("an export makes the same directory", async (t) => {
  const path = join(folder(t), "users.jsonl");
  const [directory, copy] = [Directory.inMemory({ licenseIfNew: 3 }), Directory.inMemory()];
  await directory.createUser({ email: "ann@ex.co", username: "änn", attributes: { team: "ops" } });
  const records = await directory.export(path);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.equal(records, lines.length - 1); // and a last line
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await assert.rejects(directory.export(path), kind("io"));
  assert.equal(directory.sync.export(pathToFileURL(path), { overwrite: true }), records);
  assert.deepEqual(readdirSync(dirname(path)), ["users.jsonl"]);
  assert.equal(await copy.load(path), records);
  assert.deepEqual(await copy.users().toArray(), await directory.users().toArray());
  assert.equal(copy.sync.seats().limit, 3);
  assert.throws(() => copy.sync.load(path), kind("invalid_argument"));
  writeFileSync(path, `${lines.slice(0, -1).join("\n")}\n`);
  await assert.rejects(Directory.inMemory().load(path), kind("invalid_argument"));
  await assert.rejects(Directory.inMemory().load(`${path}.none`), kind("io"));
});

test("the history of seats has dates", async () => {
  const directory = Directory.inMemory();
  const none = await directory.seatHistory();
  assert.deepEqual([none.peak, none.peakDay, none.days], [0, null, []]);
  await directory.createUser("ann@ex.co");
  const { since, peak, peakDay, days } = await directory.seatHistory(new Date("2020-01-01"));
  assert.deepEqual([peak, peakDay, days], [1, since, [{ day: since, peak: 1, last: 1 }]]);
  assert.equal(since.getTime() % 86_400_000, 0);
  assert.throws(() => directory.sync.seatHistory(new Date(Number.NaN)), kind("invalid_argument"));
});

test("a directory is closed at the end of its block", async (t) => {
  const path = file(t);
  {
    const directory = await Directory.open(path);
    await directory[Symbol.asyncDispose]();
  }
  const directory = await Directory.open(path);
  directory[Symbol.dispose]();
  assert.equal(existsSync(`${path}-log0`), false);
  const sync = Directory.openSync(path).sync;
  sync[Symbol.dispose]();
  (await Directory.open(path)).sync.close();
});

test("a file that is open is waited for, until the signal says otherwise", async (t) => {
  const path = file(t);
  const first = await Directory.open(path);
  await assert.rejects(Directory.open(path), kind("already_open", { retryable: true }));
  await assert.rejects(Directory.open(path, { openTimeoutMs: 50 }), kind("already_open"));
  const signal = AbortSignal.timeout(50);
  await assert.rejects(Directory.open(path, { openTimeoutMs: 60_000, signal }), { name: "TimeoutError" });
  const reason = new Error("of whoever waits");
  const abort = new AbortController();
  setTimeout(() => abort.abort(reason), 20);
  await assert.rejects(Directory.open(path, { openTimeoutMs: 60_000, signal: abort.signal }), (error) => error === reason);
  const waiting = Directory.open(path, { openTimeoutMs: 60_000 });
  setTimeout(() => first.close(), 30);
  await (await waiting).close();
});

test("a backup is one moment, and can be restored, verified and compacted", async (t) => {
  const path = file(t);
  const copy = join(folder(t), "copy.redb");
  const directory = await Directory.open(path);
  await directory.createUser("ann@ex.co");
  assert.deepEqual(Object.keys(await directory.backup(copy)), ["bytes", "sequence", "users"]);
  await assert.rejects(directory.backup(copy), kind("io"));
  await directory.deleteUser("ann@ex.co");
  assert.equal(directory.sync.backup(copy, { overwrite: true }).users, 0);
  await directory.createUser("bob@ex.co");
  await directory.backup(copy, { overwrite: true });
  assert.deepEqual((await directory.verify()).active, 1);
  assert.equal((await directory.findFaults()).sound, true);
  await directory.close();
  const restored = await restore(copy, path, { overwrite: true });
  assert.equal(restored.users, 1);
  const { bytesBefore, bytes } = await compact(path);
  assert.ok(bytes <= bytesBefore);
  assert.deepEqual([(await findFaults(path)).faultsTotal, (await planRepair(path)).written], [0, 0]);
  assert.equal((await repair(path, join(folder(t), "aside.jsonl"))).setAside, 0);
  writeFileSync(copy, "no directory");
  await assert.rejects(Directory.open(copy), kind("corrupted"));
});

const worker = (path, body) => {
  const source = `const { parentPort, workerData } = require("node:worker_threads");
    const { Directory } = require(${JSON.stringify(require_path)});
    (async () => { ${body} })().then((value) => parentPort.postMessage(value), (error) => parentPort.postMessage({ error: error.kind ?? String(error) }));`;
  const thread = new Worker(source, { eval: true, workerData: { path } });
  return new Promise((resolve, reject) => {
    let answer;
    thread.on("message", (value) => (answer = value));
    thread.on("error", reject);
    thread.on("exit", () => resolve(answer));
  });
};
const require_path = new URL("../dist/index.js", import.meta.url).pathname;

test("worker threads share one file, each with a directory of its own", async (t) => {
  const path = file(t);
  const directory = await Directory.open(path, { shared: true, licenseIfNew: 200 });
  const writes = `const directory = await Directory.open(workerData.path, { shared: true });
    const wins = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => directory.createUser("u" + i + "@ex.co")));
    await directory.close();
    return wins.filter((win) => win.status === "fulfilled").length;`;
  const wins = await Promise.all([1, 2, 3, 4].map(() => worker(path, writes)));
  assert.equal(wins.reduce((sum, won) => sum + won), 100, "each address has one winner");
  assert.equal(await directory.count(), 100);
  assert.deepEqual(await worker(path, "await Directory.open(workerData.path)"), { error: "already_open" });
  assert.deepEqual(await worker(path, "await Directory.open(workerData.path, { shared: true, readOnly: true })"), { error: "already_open" });
  await directory.close();
  await (await Directory.open(path)).close();
});

test("a worker that ends without closing leaves the file free and whole", async (t) => {
  const path = file(t);
  for (const end of ["", "process.exit(0);", "directory.follow(0, {}).next(); directory.verify(); process.exit(0);"]) {
    const body = `const directory = await Directory.open(workerData.path, { shared: true, licenseIfNew: "enterprise" });
      await directory.createUser(Math.random() + "@ex.co"); ${end} return 1;`;
    await worker(path, body);
  }
  const directory = await Directory.open(path);
  assert.equal((await directory.verify()).active, 3);
  await directory.close();
});

test("workers that are terminated at any moment do no harm", async (t) => {
  const path = file(t);
  const directory = await Directory.open(path, { shared: true, licenseIfNew: "enterprise" });
  for (let round = 0; round < 10; round++) {
    const source = `const { parentPort, workerData } = require("node:worker_threads");
      const { Directory } = require(${JSON.stringify(require_path)});
      (async () => {
        const directory = await Directory.open(workerData, { shared: true });
        await directory.createUser("r" + ${round} + "@ex.co");
        parentPort.postMessage("begun");
        directory.follow(0).next();
        for (let i = 0; ; i++) { directory.createUser("r" + ${round} + "n" + i + "@ex.co").catch(() => {}); directory.users().toArray(); await directory.seats(); }
      })();`;
    const thread = new Worker(source, { eval: true, workerData: path });
    await once(thread, "message");
    await new Promise((resolve) => setTimeout(resolve, 10 * round));
    await thread.terminate();
  }
  const verified = await directory.verify();
  assert.ok(verified.active >= 10);
  assert.equal(verified.changes, verified.active);
  await directory.close();
});

test("the program ends when nothing is left to do, and not before", (t) => {
  const path = file(t);
  const program = (body) => `const { Directory } = require(${JSON.stringify(require_path)});
    (async () => { const directory = await Directory.open(${JSON.stringify(path)}, { licenseIfNew: 100 }); ${body} })();`;
  const node = (body) => execFileSync(process.execPath, ["-e", program(body)], { encoding: "utf8", timeout: 20_000 });
  // An open directory keeps nobody; a promise does.
  assert.equal(node(`directory.createUser("a@ex.co").then(() => console.log("done"));`), "done\n");
  assert.equal(node(`directory.follow(1).next().then(({ value }) => console.log(value.sequence)); setTimeout(() => directory.createUser("b@ex.co"), 200);`), "2\n");
  // Whoever exits leaves a file that is whole.
  const { status } = spawnSync(process.execPath, ["-e", program(`for (let i = 0; i < 50; i++) directory.createUser("u" + i + "@ex.co"); setTimeout(() => process.exit(3), 5);`)]);
  assert.equal(status, 3);
  const { sync } = Directory.openSync(path);
  sync.verify();
  sync.close();
});

test("the event loop goes on while the disk is written", async (t) => {
  const directory = await Directory.open(file(t), { licenseIfNew: "enterprise" });
  // A tick or two may fall between the write and its answer, also of one that blocks.
  let most = 0;
  const begun = performance.now();
  for (let turn = 0; most <= 5 && performance.now() - begun < 60_000; turn++) {
    const batch = new Batch();
    for (let i = 0; i < 20_000; i++) batch.createUser(`u${turn}.${i}@ex.co`);
    const applied = directory.apply(batch);
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    await applied;
    clearInterval(ticking);
    most = Math.max(most, ticks);
  }
  assert.ok(most > 5, `${most} ticks while 20,000 users were written`);
  await directory.close();
});
