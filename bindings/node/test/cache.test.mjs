// The cache of users in JavaScript is never older than what its reader has seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { Directory } from "headcount";

import { file, kind } from "./helpers.mjs";

const SECONDS = 2;
const COUNT = 30;

test("what is read again is the same object, until somebody changes users", async () => {
  const directory = Directory.inMemory();
  const { sync } = directory;
  await directory.createUser({ email: "ann@ex.co", username: "ann" });
  const first = sync.user("ann@ex.co");
  assert.equal(sync.user("ann@ex.co"), first);
  assert.equal(await directory.user("ann@ex.co"), first);
  assert.equal(directory.actingAs(first).sync.user("ann@ex.co"), first);
  assert.equal(sync.userByUsername("ann"), await directory.userByUsername("ann"));
  await directory.createUser("bob@ex.co");
  assert.equal(sync.user("ann@ex.co"), first, "nobody who could be kept was changed");
  sync.deactivateUser("ann@ex.co");
  assert.equal(sync.user("ann@ex.co").active, false);
  assert.equal(sync.userByUsername("ann").active, false);
  assert.equal((await directory.user(first)).active, false);
  sync.deleteUser(first);
  for (const found of [sync.user("ann@ex.co"), sync.user(first), sync.userByUsername("ann"), await directory.user(first)]) {
    assert.equal(found, undefined);
  }
  sync.user("bob@ex.co");
  await directory.close();
  assert.throws(() => sync.user("bob@ex.co"), kind("closed"));
  await assert.rejects(directory.user("bob@ex.co"), kind("closed"));
});

test("a closed handle finds nobody in its cache, while others go on", async (t) => {
  const path = file(t);
  const [first, second] = [await Directory.open(path, { shared: true }), await Directory.open(path, { shared: true })];
  await first.createUser("ann@ex.co");
  for (const { sync } of [first, second]) assert.equal(sync.user("ann@ex.co"), sync.user("ann@ex.co"));
  await first.close();
  assert.throws(() => first.sync.user("ann@ex.co"), kind("closed"));
  const seen = second.sync.user("ann@ex.co");
  assert.equal(second.sync.user("ann@ex.co"), seen);
  assert.equal(second.sync.deactivateUser("ann@ex.co").active, false);
  assert.equal(second.sync.user("ann@ex.co").active, false);
  second.sync.close();
  assert.throws(() => second.sync.user("ann@ex.co"), kind("closed"));
});

test("a promise that was overtaken by a change keeps nothing", async () => {
  const directory = Directory.inMemory();
  const { sync } = directory;
  sync.createUser("ann@ex.co");
  for (let round = 0; round < 500; round++) {
    const pending = directory.user("ann@ex.co");
    const { version } = sync.updateUser("ann@ex.co", { givenName: `n${round}` });
    sync.user("nobody@ex.co");
    await pending;
    assert.equal(sync.user("ann@ex.co").version, version);
  }
});

test("it holds no more users than it may, and none if it may not", async () => {
  for (const [users, kept] of [[100, 50], [0, 0], [1, 1]]) {
    const { sync } = Directory.inMemory({ licenseIfNew: "enterprise", hostCacheUsers: users });
    for (let i = 0; i < 500; i++) sync.createUser(`u${i}@ex.co`);
    const read = () => Array.from({ length: 500 }, (_, i) => sync.user(`u${499 - i}@ex.co`)).reverse();
    const first = read();
    let same = 0;
    for (let i = 0; i < kept; i++) same += sync.user(`u${i}@ex.co`) === first[i];
    assert.equal(same, kept);
    assert.notEqual(sync.user("u499@ex.co"), first[499]);
  }
});

test("it holds no more users than it may, and at least the half that was read last", async () => {
  for (const users of [1, 2, 3, 4, 7, 10]) {
    const half = Math.max(1, Math.floor(users / 2));
    const { sync } = Directory.inMemory({ licenseIfNew: "enterprise", hostCacheUsers: users });
    for (let i = 0; i < COUNT; i++) sync.createUser(`u${i}@ex.co`);
    for (const look of [(i) => sync.user(`u${i}@ex.co`), (i) => sync.userByUsername(`u${i}@ex.co`)]) {
      // Wherever in its course the cache is when the reading ends.
      for (let read = half; read <= COUNT; read++) {
        const first = Array.from({ length: read }, (_, i) => look(i));
        const isHit = first.map((user, i) => [i, user]).reverse().map(([i, user]) => look(i) === user);
        assert.ok(isHit.slice(0, half).every(Boolean), `the last ${half} of ${read}`);
        const hits = isHit.filter(Boolean).length;
        assert.ok(hits <= users, `${hits} of at most ${users}`);
      }
    }
  }
});

test("nobody sees an older state, whoever writes", async (t) => {
  const path = file(t);
  const emails = ["ann@ex.co", "bob@ex.co"];
  const directory = await Directory.open(path, { shared: true });
  for (const email of emails) await directory.createUser({ email, username: email.slice(0, 3) });
  // The last version that a writer was told of, per user; then whether to stop.
  const told = new Int32Array(new SharedArrayBuffer(12));
  const writers = emails.map((_, i) => writer({ path, emails, i, told }));
  const seen = [0, 0];
  let hits = 0;
  let last;
  const see = (i, read) => check(i, Atomics.load(told, i), read());
  const check = (i, floor, user) => {
    assert.ok(user.version >= floor, `version ${user.version} after ${floor} was told`);
    assert.ok(user.version >= seen[i], `version ${user.version} after ${seen[i]} was seen`);
    seen[i] = user.version;
    if (user === last) hits++;
    last = user;
  };
  const { sync } = directory;
  const isEnough = () => hits > 1000 && Math.min(...emails.map((_, i) => Atomics.load(told, i))) > 25;
  const begun = performance.now();
  for (let took = 0; took < SECONDS * 1000 || (!isEnough() && took < 120_000); took = performance.now() - begun) {
    for (let round = 0; round < 200; round++) {
      for (const [i, email] of emails.entries()) {
        const name = email.slice(0, 3);
        see(i, () => sync.query({ emailPrefix: email }).users[0]);
        for (let n = 0; n < 5; n++) see(i, () => sync.user(email));
        see(i, () => sync.userByUsername(name));
      }
    }
    for (const [i, email] of emails.entries()) {
      const floor = Atomics.load(told, i);
      check(i, floor, await directory.user(email));
    }
  }
  Atomics.store(told, 2, 1);
  const writes = await Promise.all(writers);
  assert.ok(hits > 1000 && Math.min(...writes) > 20, `${hits} hits, ${writes} writes: no race`);
  await directory.close();
});

function writer(workerData) {
  const source = `const { parentPort, workerData: { path, emails, i, told } } = require("node:worker_threads");
    const { Directory } = require(${JSON.stringify(new URL("../dist/index.js", import.meta.url).pathname)});
    Directory.open(path, { shared: true }).then(async (directory) => {
      let writes = 0;
      for (; !Atomics.load(told, 2); writes++) {
        const { version } = directory.sync.updateUser(emails[i], { givenName: "n" + writes });
        Atomics.store(told, i, version);
        if (directory.sync.user(emails[i]).version !== version) throw new Error("its own write is not seen");
        Atomics.wait(told, 2, 0, Math.random() * 2);
      }
      await directory.close();
      parentPort.postMessage(writes);
    });`;
  return new Promise((resolve, reject) => {
    new Worker(source, { eval: true, workerData }).on("message", resolve).on("error", reject);
  });
}
