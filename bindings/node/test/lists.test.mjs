// Lists, pages and the feed.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { Batch, Directory } from "headcount";

import { file, kind } from "./helpers.mjs";

async function filled(count) {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const batch = new Batch();
  for (let i = 0; i < count; i++) {
    batch.createUser({ email: `user${String(i).padStart(5, "0")}@ex.co`, active: i % 2 === 0 });
  }
  await directory.apply(batch);
  return directory;
}

const emails = (users) => users.map((user) => user.email);

test("a list is one moment, in whatever way it is read", async () => {
  const directory = await filled(3000);
  const expected = Array.from({ length: 3000 }, (_, i) => `user${String(i).padStart(5, "0")}@ex.co`);
  const seen = [];
  for await (const user of directory.users()) {
    if (seen.length === 0) await directory.deleteUser("user02999@ex.co");
    seen.push(user);
  }
  assert.deepEqual(emails(seen), expected);
  expected.pop();
  assert.deepEqual(emails(await directory.users().toArray()), expected);
  assert.deepEqual(emails([...directory.sync.users()]), expected);
  const batches = [...directory.sync.users().batches()];
  assert.ok(batches.length > 2, `${batches.length} batches`);
  assert.deepEqual(emails(batches.flat()), expected);
});

// The fields of a user are slices of the text that the user came in, and keep all of it.
test("the texts that users come in are short", async (t) => {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const batch = new Batch();
  for (let i = 0; i < 100; i++) batch.createUser({ email: `u${i}@ex.co`, attributes: { a: (i % 2 ? "x" : "д").repeat(8_000) } });
  await directory.apply(batch);
  const { native } = createRequire(import.meta.url)("../dist/native.js");
  const lengths = [];
  for (const name of ["callSync", "call"]) {
    const of = native[name];
    const note = (answer) => (lengths.push(...[answer].flat().map((text) => text.length)), answer);
    t.mock.method(native, name, (...args) => (name === "call" ? of(...args).then(note) : note(of(...args))));
  }
  assert.equal(directory.sync.users().toArray().length, 100);
  assert.equal((await directory.users().toArray()).length, 100);
  assert.ok(lengths.length > 40 && Math.max(...lengths) > 40_000, `${lengths}`);
  assert.ok(Math.max(...lengths) < 2 ** 16, `${lengths}`);
});

test("calls of next that don't wait for each other come in order", async () => {
  const directory = await filled(1000);
  const iterator = directory.users()[Symbol.asyncIterator]();
  const all = await Promise.all(Array.from({ length: 1002 }, () => iterator.next()));
  assert.deepEqual(emails(all.slice(0, 1000).map((next) => next.value)), emails(directory.sync.users().toArray()));
  assert.deepEqual(all.slice(1000), [{ value: undefined, done: true }, { value: undefined, done: true }]);
});

test("a list can be left, read again, and is refused when the directory is closed", async () => {
  const directory = await filled(3000);
  const list = directory.users();
  for await (const user of list) {
    assert.equal(user.email, "user00000@ex.co");
    break;
  }
  assert.equal((await list.toArray()).length, 3000);
  const iterator = list[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.return();
  assert.equal((await iterator.next()).done, true);
  const [half] = [directory.sync.users()[Symbol.iterator]()];
  half.next();
  await directory.close();
  await assert.rejects(list.toArray(), kind("closed"));
  assert.throws(() => [...half], kind("closed"));
});

test("pages follow each other", async () => {
  const directory = await filled(1000);
  const page = await directory.query({ active: true, limit: 400 });
  assert.equal(page.users.length, 400);
  const rest = await directory.query({ active: true, limit: 400, after: page.next });
  assert.deepEqual([rest.users.length, rest.next], [100, null]);
  const all = [];
  for await (const user of directory.queryAll({ active: false, limit: 7, descending: true })) all.push(user);
  assert.deepEqual([all.length, all[0].email, all.at(-1).email], [500, "user00999@ex.co", "user00001@ex.co"]);
  assert.equal((await directory.query({ limit: 10_000 })).users.length, 1000);
  assert.equal(await directory.count({ emailPrefix: "user0000" }), 10);
});

test("a feed waits for changes and keeps no thread busy with it", async () => {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const feeds = Array.from({ length: 50 }, () => directory.follow(0));
  const waiting = feeds.map((feed) => feed.next());
  // With a thread for each of them, this would wait for ever.
  await directory.createUser("ann@ex.co");
  for (const { value } of await Promise.all(waiting)) {
    assert.deepEqual([value.sequence, value.events[0].event], [1, "user_created"]);
  }
  const [feed] = feeds;
  const next = [feed.next(), feed.next(), feed.next()];
  for (let i = 0; i < 3; i++) await directory.createUser(`u${i}@ex.co`);
  assert.deepEqual((await Promise.all(next)).map(({ value }) => value.sequence), [2, 3, 4]);
  assert.equal(feed.position, 4);
  await directory.close();
});

test("a feed misses nothing while others write", async () => {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let i = 0; i < 50; i++) {
      await directory.createUser(`w${writer}n${i}@ex.co`);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    }
  });
  const follow = async () => {
    const seen = [];
    for await (const change of directory.follow(0)) {
      if (seen.push(change.sequence) === 400) return seen;
    }
  };
  const all = await Promise.all([follow(), follow(), follow(), ...writers]);
  const expected = Array.from({ length: 400 }, (_, i) => i + 1);
  for (const seen of all.slice(0, 3)) assert.deepEqual(seen, expected);
});

test("a wait ends with its signal, with return, and with the directory", async () => {
  const directory = Directory.inMemory();
  const abort = new AbortController();
  const aborted = directory.follow(0, { signal: abort.signal }).next();
  setTimeout(() => abort.abort(), 20);
  await assert.rejects(aborted, { name: "AbortError" });
  await assert.rejects(directory.follow(0, { signal: abort.signal }).next(), { name: "AbortError" });

  const feed = directory.follow(0);
  const left = feed.next();
  setTimeout(() => feed.return(), 20);
  assert.deepEqual(await left, { value: undefined, done: true });
  assert.deepEqual(await feed.next(), { value: undefined, done: true });

  const closed = directory.follow(0).next();
  setTimeout(() => directory.close(), 20);
  await assert.rejects(closed, kind("closed"));
});

test("a place that is gone is told with numbers", async (t) => {
  const directory = await Directory.open(file(t));
  for (const name of ["a", "b", "c"]) await directory.createUser(`${name}@ex.co`);
  assert.equal(await directory.trimChanges(3), 2);
  await assert.rejects(directory.follow(0).next(), kind("history_trimmed", { resumeAfter: 2 }));
  await assert.rejects(directory.changes(9).toArray(), kind("change_not_yet", { latest: 3 }));
  await directory.close();
});

test("a condition can be false", async () => {
  const directory = await filled(10);
  await directory.updateUser("user00001@ex.co", { admin: true });
  const { users } = await directory.query({ admin: true, active: false });
  assert.deepEqual(emails(users), ["user00001@ex.co"]);
  assert.deepEqual([await directory.count({ admin: false }), await directory.count({ active: false })], [9, 5]);
});

test("many users are found at once", async () => {
  const directory = await filled(2000);
  const asked = Array.from({ length: 2500 }, (_, i) => `USER${String(2499 - i).padStart(5, "0")}@ex.co`);
  const found = await directory.usersByEmails(asked);
  assert.equal(found.length, 2500);
  assert.deepEqual(found.map((user) => user?.email), asked.map((email, i) => (i < 500 ? undefined : email.toLowerCase())));
  const ids = found.slice(500).map((user) => user.id);
  assert.deepEqual(directory.sync.usersByIds([...ids, "0190a000-0000-7000-8000-000000000000"]), [...found.slice(500), undefined]);
  await assert.rejects(directory.usersByIds(["user00001@ex.co"]), kind("invalid_argument"));
  await assert.rejects(directory.usersByEmails("user00001@ex.co"), kind("invalid_argument"));
});
