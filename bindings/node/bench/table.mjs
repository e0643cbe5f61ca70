// What calls cost here and with node:sqlite: npm run bench
//
// Both do the same work in turns, in short batches, and the quickest batch counts: that is
// the cost without what else the machine does. Lower is better.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

import { Batch, Directory } from "headcount";

const USERS = 100_000;
/** Keys that the look-ups go through, over and over. */
const KEYS = 1_000;
const SECONDS = Number(process.argv[2] ?? 3);

const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite");
const folder = mkdtempSync(join(tmpdir(), "headcount-"));
const email = (i) => `user${String(i).padStart(6, "0")}@example.com`;
const fields = (i) => ({ email: email(i), username: `user${i}`, givenName: "Ann", familyName: "Lovelace" });
const keys = Array.from({ length: KEYS }, (_, i) => email((i * 7919) % USERS));
const INSERT = "INSERT INTO users VALUES (?, ?, ?, ?, ?, 1, 0, ?, ?, 1)";
let sink = 0;

const directory = await filled(Directory.inMemory({ licenseIfNew: "enterprise" }));
const uncached = (await filled(Directory.inMemory({ licenseIfNew: "enterprise", hostCacheUsers: 0 }))).sync;
const cached = directory.sync;
const sqlite = database(":memory:");
fill(sqlite);
const find = sqlite.prepare("SELECT * FROM users WHERE email = ?");
const all = sqlite.prepare("SELECT * FROM users ORDER BY email");

const rows = [];
await row("get by email", "ns", KEYS, {
  headcount: () => keys.forEach((key) => (sink += uncached.user(key).version)),
  sqlite: () => keys.forEach((key) => (sink += find.get(key).version)),
});
await row("the same again, a hit of the host's cache", "ns", KEYS, {
  headcount: () => keys.forEach((key) => (sink += cached.user(key).version)),
  sqlite: () => keys.forEach((key) => (sink += find.get(key).version)),
});
await row("the same as a promise, a hit", "ns", KEYS, {
  headcount: async () => { for (const key of keys) sink += (await directory.user(key)).version; },
});
await row("list, per user", "ns", USERS, {
  headcount: () => { for (const user of directory.sync.users()) sink += user.version; },
  sqlite: () => { for (const user of all.iterate()) sink += user.version; },
});
await row("list to an array, per user", "ns", USERS, {
  headcount: () => (sink += directory.sync.users().toArray().length),
  sqlite: () => (sink += all.all().length),
});
await row("`for await` over the list, per user", "ns", USERS, {
  headcount: async () => { for await (const user of directory.users()) sink += user.version; },
});

const file = await Directory.open(join(folder, "users.redb"), { licenseIfNew: "enterprise" });
const disk = database(join(folder, "users.sqlite"));
const insert = disk.prepare(INSERT);
let next = 0;
await row("durable create, waiting", "µs", 10, {
  headcount: () => { for (let i = 0; i < 10; i++) file.sync.createUser(fields(next++)); },
  sqlite: () => { for (let i = 0; i < 10; i++) run(insert, next++); },
});
await row("durable create, a promise", "µs", 10, {
  headcount: async () => { for (let i = 0; i < 10; i++) await file.createUser(fields(next++)); },
});
await row("durable create, 16 promises at once", "µs", 160, {
  headcount: async () => {
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 16 }, () => file.createUser(fields(next++))));
  },
  sqlite: () => { for (let i = 0; i < 160; i++) run(insert, next++); },
});
// What of it the event loop can't do anything else in.
await row("durable create, a promise: time of the event loop", "µs", 10, {
  headcount: async () => {
    for (let i = 0; i < 10; i++) await file.createUser(fields(next++));
  },
}, () => performance.eventLoopUtilization().active * 1e6);

if (process.argv.includes("--lines")) {
  // For bindings/costs.
  const names = { get: 0, hit: 1, list: 3, create: 6, create16: 8 };
  for (const [name, at] of Object.entries(names)) console.log(`${name}\t${rows[at].headcount}\t${rows[at].sqlite}`);
} else {
  table();
}
await file.close();
disk.close();
rmSync(folder, { recursive: true });
if (sink === 0) throw new Error("nothing was read");

function table() {
  console.log(`Node ${process.version}, ${USERS.toLocaleString("en")} users, ${cpus().length} × ${cpus()[0].model}\n`);
  console.log("| | headcount | node:sqlite | ratio |\n| --- | --- | --- | --- |");
  for (const { name, unit, headcount, sqlite } of rows) {
    const scale = unit === "µs" ? 1e-3 : 1;
    const shown = (ns) => (ns === undefined ? "–" : `${(ns * scale).toFixed(ns * scale < 100 ? 1 : 0)} ${unit}`);
    console.log(`| ${name} | ${shown(headcount)} | ${shown(sqlite)} | ${sqlite ? (sqlite / headcount).toFixed(1) : "–"} |`);
  }
}

/** Runs each contender in turns, and keeps the quickest batch of `count` calls of each. */
async function row(name, unit, count, contenders, clock = () => Number(process.hrtime.bigint())) {
  const best = {};
  const end = performance.now() + SECONDS * 1000;
  do {
    for (const [who, work] of Object.entries(contenders)) {
      const begun = clock();
      await work();
      best[who] = Math.min(best[who] ?? Infinity, (clock() - begun) / count);
    }
  } while (performance.now() < end);
  rows.push({ name, unit, ...best });
}

async function filled(directory) {
  for (let at = 0; at < USERS; at += 5_000) {
    const batch = new Batch();
    for (let i = at; i < at + 5_000; i++) batch.createUser(fields(i));
    await directory.apply(batch);
  }
  return directory;
}

function database(path) {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, username TEXT NOT NULL UNIQUE,
      given_name TEXT, family_name TEXT, active INTEGER NOT NULL, admin INTEGER NOT NULL, created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID`);
  return database;
}

function run(insert, i) {
  const user = fields(i);
  insert.run(crypto.randomUUID(), user.email, user.username, user.givenName, user.familyName, Date.now(), Date.now());
}

function fill(database) {
  const insert = database.prepare(INSERT);
  database.exec("BEGIN");
  for (let i = 0; i < USERS; i++) run(insert, i);
  database.exec("COMMIT");
}
