// Texts, numbers, moments, paths and orders of calls that are seldom, but do come.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Batch, Directory, restore } from "headcount";

import { file, folder, kind } from "./helpers.mjs";

const enterprise = () => Directory.inMemory({ licenseIfNew: "enterprise" });

test("texts come back as they were", async () => {
  const directory = enterprise();
  for (const name of ["😀 🦀", "שלום עולם", "x".repeat(200), "é".repeat(100), "\ufffd"]) {
    const value = `a\0b${name}`;
    const user = await directory.createUser({ email: "a@ex.co", givenName: name, attributes: { [name]: value } });
    const [many] = await directory.usersByIds([user.id]);
    for (const read of [user, many, directory.sync.user("a@ex.co"), await directory.userByUsername("A@ex.co"), await directory.activateUser(user)]) {
      assert.equal(read.givenName, name);
      assert.equal(read.attributes[name], value);
    }
    await directory.deleteUser(user);
  }
  assert.equal(await directory.user(""), undefined);
});

test("half of a surrogate pair is refused and not replaced", async () => {
  const directory = enterprise();
  await directory.createUser("a@ex.co");
  for (const half of ["\ud83e", "\udd80", "\ud83e".padStart(130, "x"), "\udd80\ud83e", "🦀\udd80"]) {
    for (const call of ["user", "userByUsername", "touchUser"]) {
      assert.throws(() => directory.sync[call](half), kind("invalid_argument"));
      await assert.rejects(directory[call](half), kind("invalid_argument"));
    }
    await assert.rejects(directory.createUser({ email: "b@ex.co", givenName: half }), kind("invalid_argument"));
    await assert.rejects(directory.updateUser("a@ex.co", { attributes: { [half]: "a" } }), kind("invalid_argument"));
    await assert.rejects(directory.query({ search: half }), kind("invalid_argument"));
    await assert.rejects(directory.usersByEmails([half]), kind("invalid_argument"));
    await assert.rejects(Directory.open(half), kind("invalid_argument"));
  }
  assert.equal(directory.sync.userByUsername("\ufffd".repeat(60)), undefined);
});

test("numbers that are none are refused, and do not stand for nothing", async () => {
  const directory = enterprise();
  const ann = await directory.createUser("ann@ex.co");
  for (const number of [NaN, Infinity, -1, 1.5, 2 ** 70, null, "1"]) {
    for (const call of [
      () => directory.updateUser(ann, { ifVersion: number, givenName: "x" }),
      async () => directory.apply(new Batch().deactivateUser(ann).ifVersion(number)),
      () => directory.query({ limit: number }),
      () => directory.trimChanges(number),
      async () => directory.setLicense(number === "1" ? "none" : number),
      async () => Directory.inMemory({ hostCacheUsers: number }),
      async () => Directory.inMemory({ cacheBytes: number ?? NaN }),
    ]) {
      await assert.rejects(call, kind("invalid_argument"), `${number}: ${call}`);
    }
    await assert.rejects(directory.changes(number).toArray(), (error) => ["invalid_argument", "change_not_yet"].includes(error.kind));
    await assert.rejects(directory.updateUser(ann, { attributes: { a: number === null ? 1 : number === "1" ? NaN : number } }), kind("invalid_argument"));
  }
  assert.throws(() => new Batch().deactivateUser(ann).ifVersion(undefined), kind("invalid_argument"));
  await assert.rejects(directory.updateUser(ann, { ifVersion: 5n }), kind("invalid_argument"));
  await assert.rejects(directory.updateUser(ann, { ifVersion: Number.MAX_SAFE_INTEGER }), kind("conflict", { expected: Number.MAX_SAFE_INTEGER }));
  assert.equal((await directory.user(ann)).version, 1);
  assert.equal((await directory.setLicense(Number.MAX_SAFE_INTEGER)).limit, Number.MAX_SAFE_INTEGER);
  assert.equal(await directory.workspace(Number.MAX_SAFE_INTEGER), undefined);
});

test("moments that the library does not have are refused", async () => {
  const directory = enterprise();
  for (const moment of [new Date(-1), new Date(8.64e15), new Date(NaN), "1969-12-31T23:59:59Z", "yesterday", ""]) {
    await assert.rejects(directory.createUser({ email: "a@ex.co", createdAt: moment }), kind("invalid_argument"));
    await assert.rejects(directory.query({ createdSince: moment }), kind("invalid_argument"));
    await assert.rejects(directory.seatHistory(moment), kind("invalid_argument"));
  }
  for (const late of [new Date(2 ** 43), new Date("4253-05-31T22:20:37.928Z"), new Date("9999-12-29T23:59:59.999Z")]) {
    const user = await directory.createUser({ email: "a@ex.co", createdAt: late });
    assert.deepEqual([user.createdAt, user.version, user.email], [late, 1, "a@ex.co"]);
    await directory.deleteUser(user);
  }
});

test("a path is that of a file", async (t) => {
  const odd = join(folder(t), "größe 李 🦀");
  mkdirSync(odd);
  const path = join(odd, ` users 'a' "b".redb`);
  await (await Directory.open(path)).close();
  assert.ok(existsSync(path));
  await assert.rejects(Directory.open(join(odd, "none", "users.redb")), kind("io"));
  await assert.rejects(Directory.open(join(odd, "none"), { createIfMissing: false }), kind("io"));
  for (const wrong of [odd, "", "a\0b"]) await assert.rejects(Directory.open(wrong), (error) => error.kind !== undefined);
  const readers = await Promise.all([1, 2].map(() => Directory.open(path, { readOnly: true })));
  await assert.rejects(readers[0].createUser("a@ex.co"), kind("read_only"));
  for (const reader of readers) await reader.close();
  await assert.rejects(restore(join(odd, "none"), join(odd, "copy")), kind("io"));
});

test("lists go on while others write, and end when the directory is closed", async (t) => {
  const directory = await Directory.open(file(t), { licenseIfNew: "enterprise" });
  const batch = new Batch();
  for (let i = 0; i < 5000; i++) batch.createUser({ email: `u${i}@ex.co`, givenName: "x".repeat(100) });
  await directory.apply(batch);
  let seen = 0;
  for await (const _ of directory.users()) {
    if (++seen % 1000 === 0) await directory.deleteUser(`u${seen / 1000}@ex.co`);
  }
  assert.equal(seen, 5000);
  const stop = new Error("of the loop");
  await assert.rejects(async () => {
    for await (const _ of directory.users()) throw stop;
  }, (error) => error === stop);
  await assert.rejects(async () => {
    for await (const _ of directory.users()) await directory.close();
  }, kind("closed"));
  await directory.close();
  assert.throws(() => directory.sync.user("u7@ex.co"), kind("closed"));
});
