// Rare texts, numbers, times, paths and orders of calls: each is taken as it is, or refused in words.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Batch, Directory, compact, findFaults, planRepair, repair, restore } from "headcount";

import { file, folder, kind, operations } from "./helpers.mjs";

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
      assert.throws(() => directory.sync[call](half), kind("invalid_utf8"));
      await assert.rejects(directory[call](half), kind("invalid_utf8"));
    }
    await assert.rejects(directory.createUser({ email: "b@ex.co", givenName: half }), kind("invalid_utf8"));
    await assert.rejects(directory.updateUser("a@ex.co", { attributes: { [half]: "a" } }), kind("invalid_utf8"));
    await assert.rejects(directory.query({ search: half }), kind("invalid_utf8"));
    await assert.rejects(directory.usersByEmails([half]), kind("invalid_utf8"));
    await assert.rejects(Directory.open(half), kind("invalid_utf8"));
    await assert.rejects(directory.apply(new Batch().createUser("b@ex.co").door(half)), kind("invalid_utf8"));
  }
  // These are texts of whole characters.
  const escaped = await directory.createUser({ email: "c@ex.co", givenName: "\\ud83e", familyName: "\ud83e\udd80" });
  assert.deepEqual([escaped.givenName, escaped.familyName], ["\\ud83e", "🦀"]);
  assert.equal(directory.sync.userByUsername("\ufffd".repeat(60)), undefined);
});

test("numbers that are none are refused, and do not stand for nothing", async () => {
  const directory = enterprise();
  const ann = await directory.createUser("ann@ex.co");
  for (const number of [NaN, Infinity, -1, 1.5, 2 ** 70, 5n, null, "1"]) {
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

test("how long to wait is a number of milliseconds", async (t) => {
  const [path, copy] = [file(t), join(folder(t), "copy.redb")];
  const directory = await Directory.open(path);
  for (const openTimeoutMs of [NaN, -1, -Infinity, "5", 5n, null, {}]) {
    const wrong = { openTimeoutMs };
    for (const call of [() => Directory.open(path, wrong), () => directory.backup(copy, wrong), () => restore(path, copy, wrong)]) {
      await assert.rejects(call, (error) => kind("invalid_argument")(error) && /`openTimeoutMs`.*milliseconds/.test(error.message));
    }
  }
  for (const openTimeoutMs of [0, 0.5, 1]) await assert.rejects(Directory.open(path, { openTimeoutMs }), kind("already_open"));
  for (const openTimeoutMs of [Infinity, Number.MAX_VALUE, 2 ** 31]) {
    await assert.rejects(Directory.open(path, { openTimeoutMs, signal: AbortSignal.timeout(30) }), { name: "TimeoutError" });
  }
  for (const signal of [{}, "x", null, new AbortController()]) {
    await assert.rejects(Directory.open(path, { signal }), kind("invalid_argument"));
    assert.throws(() => directory.follow(0, { signal }), kind("invalid_argument"));
  }
  await directory.close();
});

test("what JSON has no place for is refused, and does not stand for nothing", async () => {
  const directory = enterprise();
  const ann = await directory.createUser({ email: "ann@ex.co", externalIds: { okta: "1" } });
  await directory.createWorkspace({ name: "w", owner: ann, externalIds: { okta: "2" } });
  const circular = {};
  circular.self = circular;
  const refused = [
    // With no path, the directory would live in memory.
    ...[undefined, null].flatMap((path) => [() => Directory.open(path), () => Directory.openSync(path), () => directory.backup(path), () => directory.export(path)]),
    () => Directory.open(new URL("http://ex.co/users.redb")),
    () => Directory.open(Buffer.from("users.redb")),
    // With none of these, nobody would be said to act, and each request would be another one.
    ...[undefined, null, {}].flatMap((none) => [() => directory.actingAs(none), () => directory.sync.actingAs(none), () => directory.through(none), () => directory.sync.through(none), () => new Batch().actor(none), () => new Batch().door(none), () => new Batch().requestId(none)]),
    () => directory.setWorkspaceExternalId("w", "okta", undefined),
    ...["email", "admin", "attributes", "externalIds", "replaceAttributes", "ifVersion"].map((name) => () => directory.updateUser(ann, { [name]: null })),
    ...[Symbol("x"), () => true, new Map([["okta", "3"]]), new Set(["okta"]), ["okta"], "okta", 5n, circular].flatMap((odd) => [
      () => directory.createUser({ email: "b@ex.co", active: odd }),
      () => directory.createUser({ email: "b@ex.co", attributes: odd }),
      () => directory.createUser({ email: "b@ex.co", externalIds: { okta: odd === "okta" ? 1 : odd } }),
      () => directory.updateUser(ann, { admin: odd }),
      () => directory.count({ active: odd }),
      () => directory.count({ attributes: odd }),
      () => directory.createWorkspace({ name: "v", owner: ann, externalIds: odd }),
    ]),
    () => directory.seatHistory(null),
    () => directory.user(circular),
    () => new Directory(),
    () => new Batch().ifVersion(1),
  ];
  for (const call of refused) await assert.rejects(async () => call(), kind("invalid_argument"), `${call}`);
  assert.deepEqual([await directory.count(), (await directory.user(ann)).version, (await directory.workspace("w")).version], [1, 1, 1]);
  // An object without a prototype, and one whose getters throw.
  const bare = Object.assign(Object.create(null), { a: "b" });
  assert.equal((await directory.updateUser(ann, { attributes: bare })).attributes.a, "b");
  const stop = new Error("of the getter");
  await assert.rejects(directory.createUser({ get email() { throw stop; } }), (error) => error === stop);
});

test("an argument that is undefined or null is refused", async (t) => {
  const directory = enterprise();
  const ann = await directory.createUser("a@ex.co");
  await directory.createWorkspace({ name: "w", owner: ann });
  const path = file(t);
  const places = { ...operations(), backup: [path], export: [path], load: [path], actingAs: [ann], through: ["rest"], changes: [0], follow: [0] };
  const result = (name, made) => (name === "changes" ? made.toArray() : name === "follow" ? made.next() : made);
  const calls = [[compact, [path]], [findFaults, [path]], [planRepair, [path]], [repair, [path, path]], [restore, [path, path]]];
  for (const [name, args] of Object.entries(places)) {
    for (const of of [directory, directory.sync]) if (name in of) calls.push([(...args) => result(name, of[name](...args)), args, name]);
    if (name in Batch.prototype) calls.push([(...args) => directory.apply(new Batch()[name](...args)), args, name]);
  }
  let tried = 0;
  for (const [call, args, name = call.name] of calls) {
    for (const none of [undefined, null]) {
      for (const at of args.keys()) {
        if (none === null && name === "setWorkspaceExternalId" && at === 2) continue; // It removes the id.
        await assert.rejects(async () => call(...args.with(at, none)), kind("invalid_argument"), `${name}: ${at} is ${none}`);
        tried++;
      }
    }
  }
  assert.ok(tried > 200, `${tried} are too few`);
  assert.deepEqual([await directory.count(), (await directory.user(ann)).version, (await directory.workspace("w")).version], [1, 1, 1]);
});

test("a batch keeps what it was given", async () => {
  const directory = enterprise();
  const user = { email: "a@ex.co", attributes: { team: "a" } };
  const batch = new Batch().createUser(user);
  user.email = "b@ex.co";
  user.attributes.team = "b";
  const { users: [made] } = await directory.apply(batch);
  assert.deepEqual([made.email, made.attributes.team], ["a@ex.co", "a"]);
});

test("moments that the library does not have are refused", async () => {
  const directory = enterprise();
  for (const moment of [new Date(-1), new Date(8.64e15), new Date(NaN), "1969-12-31T23:59:59Z", "2024-07-11", "2024-07-11T16:55:59", 1720716959173, "yesterday", ""]) {
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
