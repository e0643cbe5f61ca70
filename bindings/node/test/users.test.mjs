// Users, as they look in JavaScript.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Batch, ConflictError, Directory, HeadcountError, NoFreeSeatError, User, restore } from "headcount";

import { kind } from "./helpers.mjs";

test("a user is an object that can't be changed", async () => {
  const directory = Directory.inMemory();
  const attributes = JSON.parse('{"team":"a","__proto__":"b","größe":"L"}');
  const made = await directory.createUser({ email: "Ann@ex.co", givenName: "Änn", familyName: "李", attributes, createdAt: "2024-07-11T16:55:59.173456Z" });
  const found = directory.sync.user("ann@EX.co");
  assert.ok(found instanceof User);
  assert.deepEqual({ ...found }, { ...made });
  assert.deepEqual([found.email, found.username, found.givenName, found.familyName], ["Ann@ex.co", "Ann@ex.co", "Änn", "李"]);
  assert.deepEqual(Object.entries(found.attributes).sort(), Object.entries(attributes).sort());
  assert.equal(found.createdAtMicros, 1720716959173456);
  assert.deepEqual(found.createdAt, new Date("2024-07-11T16:55:59.173Z"));
  assert.throws(() => (found.email = "eve@ex.co"), TypeError);
  assert.throws(() => (found.attributes.team = "b"), TypeError);
  assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify({ ...found })));
  assert.deepEqual(structuredClone(found).email, "Ann@ex.co");
});

test("a user says since when they are inactive", async () => {
  const directory = Directory.inMemory();
  const made = await directory.createUser("ann@ex.co");
  assert.deepEqual([made.deactivatedAt, made.deactivatedAtMicros], [null, null]);
  const left = await directory.deactivateUser(made);
  assert.equal(left.deactivatedAtMicros, left.updatedAtMicros);
  assert.deepEqual(left.deactivatedAt, left.updatedAt);
  await directory.createUser({ email: "bob@ex.co", active: false });
  const listed = await directory.users().toArray();
  assert.deepEqual(listed.map((user) => user.deactivatedAtMicros), [left.deactivatedAtMicros, null]);
  assert.equal((await directory.activateUser(made)).deactivatedAt, null);
});

test("external ids are data, whatever their provisioners are called", async () => {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const externalIds = JSON.parse('{"okta":"00u1","__proto__":"x","my_idp":"größe","toString":"李"}');
  const ann = await directory.createUser({ email: "ann@ex.co", externalIds, attributes: { a: "b" } });
  assert.deepEqual(Object.entries(ann.externalIds).sort(), Object.entries(externalIds).sort());
  assert.throws(() => (ann.externalIds.okta = "b"), TypeError);
  assert.equal((await directory.userByExternalId("my_idp", "größe")).email, "ann@ex.co");
  assert.equal(directory.sync.userByExternalId("okta", "00U1"), undefined);
  const updated = await directory.updateUser(ann, { externalIds: { okta: null, entra: "1" } });
  assert.deepEqual(Object.keys(updated.externalIds).sort(), ["__proto__", "entra", "my_idp", "toString"]);
  await assert.rejects(directory.createUser({ email: "bob@ex.co", externalIds: { entra: "1" } }), kind("external_id_taken"));
  const place = await directory.createWorkspace({ name: "w", owner: ann, externalIds: { my_idp: "g1" } });
  assert.deepEqual(place.externalIds, { my_idp: "g1" });
  assert.deepEqual((await directory.setWorkspaceExternalId("w", "my_idp", null)).externalIds, {});
  await directory.apply(new Batch().setWorkspaceExternalId(place, "okta", "g2"));
  assert.equal((await directory.workspaceByExternalId("okta", "g2")).id, place.id);
  assert.equal(await directory.workspaceByExternalId("okta", "g1"), undefined);
});

test("when a user was last seen is told without a change", async () => {
  const directory = Directory.inMemory();
  const ann = await directory.createUser("ann@ex.co");
  assert.equal(await directory.lastSeen(ann), undefined);
  await directory.touchUser(ann);
  const seen = directory.sync.lastSeen("ann@ex.co");
  assert.ok(seen instanceof Date && seen >= ann.createdAt && seen <= new Date(), `${seen}`);
  assert.equal((await directory.changes(1).toArray()).length, 0);
  await assert.rejects(directory.touchUser("bob@ex.co"), kind("user_not_found"));
});

test("a change says who made it and through which door", async () => {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const ann = await directory.createUser({ email: "ann@ex.co", admin: true });
  const rest = directory.actingAs(ann).through("rest");
  await rest.createUser("bob@ex.co");
  rest.sync.through("scim:okta").createUser("cho@ex.co");
  await rest.apply(new Batch().createUser("dee@ex.co").door("import"));
  await rest.apply(new Batch().createUser("eve@ex.co"));
  await rest.defaultWorkspace(ann);
  const changes = await directory.changes(0).toArray();
  assert.deepEqual(changes.map(({ door }) => door), [null, "rest", "scim:okta", "import", "rest", "rest"]);
  assert.deepEqual(changes.map(({ actor }) => actor), [null, ...Array(5).fill(ann.id)]);
  await assert.rejects(directory.through("two words").createUser("fay@ex.co"), kind("invalid_argument"));
});

test("texts of every width and length come back as they were", async () => {
  const directory = Directory.inMemory({ licenseIfNew: "enterprise" });
  const texts = ["a", "é", "ÿ", "Ā", "李", "😀", "x".repeat(255), "é".repeat(127), "😀".repeat(60)];
  const batch = new Batch();
  texts.forEach((text, i) => batch.createUser({ email: `u${i}@ex.co`, givenName: text, familyName: texts.at(-i), attributes: { [text]: "v".repeat(300) + text } }));
  const { users } = await directory.apply(batch);
  for (const all of [users, await directory.users().toArray(), directory.sync.users().toArray(), texts.map((_, i) => directory.sync.user(`u${i}@ex.co`))]) {
    assert.deepEqual(all.map((user) => user.givenName), texts);
    assert.deepEqual(all.map((user) => user.familyName), texts.map((_, i) => texts.at(-i)));
    assert.deepEqual(all.map((user) => Object.entries(user.attributes)[0]), texts.map((text) => [text, "v".repeat(300) + text]));
  }
});

test("a long key is read whole", async () => {
  const { sync } = Directory.inMemory();
  for (const length of [120, 124, 127, 128, 129, 200, 255]) {
    for (const letter of ["x", "é", "李"]) {
      const username = letter.repeat(Math.floor(length / Buffer.byteLength(letter)));
      const user = sync.createUser({ email: "a@ex.co", username });
      assert.equal(sync.userByUsername(username)?.id, user.id, `${length} of ${letter}`);
      assert.equal(sync.userByUsername(username.slice(1)), undefined);
      sync.deleteUser(user);
    }
  }
  assert.equal(sync.user("x".repeat(100_000)), undefined);
});

test("numbers beyond 32 bits are exact", async () => {
  const { sync } = Directory.inMemory({ licenseIfNew: Number.MAX_SAFE_INTEGER });
  assert.equal(sync.seats().limit, Number.MAX_SAFE_INTEGER);
  const user = sync.createUser({ email: "a@ex.co", createdAt: "2255-06-05T23:47:34.740991Z" });
  assert.equal(sync.user(user).createdAtMicros, Number.MAX_SAFE_INTEGER);
});

test("an error has a class, a kind, a code and numbers", async () => {
  const directory = Directory.inMemory({ licenseIfNew: 1 });
  const ann = await directory.createUser("ann@ex.co");
  await assert.rejects(directory.createUser("bob@ex.co"), (error) => {
    assert.ok(error instanceof NoFreeSeatError && error instanceof HeadcountError && error instanceof Error);
    const { name, kind, code, limit, active, requested, retryable } = error;
    assert.deepEqual([name, kind, code], ["NoFreeSeatError", "no_free_seat", "ERR_HEADCOUNT_NO_FREE_SEAT"]);
    assert.deepEqual([limit, active, requested, retryable], [1, 1, 1, false]);
    assert.match(error.stack, /users\.test\.mjs/);
    return true;
  });
  assert.throws(() => directory.sync.updateUser(ann, { ifVersion: 3, admin: true }), (error) => error instanceof ConflictError && error.expected === 3 && error.found === 1);
});

test("a wrong argument is refused in words, and changes nothing", async () => {
  const directory = Directory.inMemory();
  const wrong = [
    [() => directory.createUser(5), /`email` is 5: give a text/],
    [() => directory.createUser({ emial: "ann@ex.co" }), /unknown field `emial`/],
    [() => directory.createUser({ email: "a@ex.co", active: "yes" }), /boolean/],
    [() => directory.createUser({ email: "a@ex.co", createdAt: new Date(NaN) }), /not a time/],
    [() => directory.query({ limit: -1 }), /usize/],
    [() => directory.query({ role: "owner" }), /`workspace`/],
    [() => directory.query({ nope: 1 }), /unknown field `nope`.*`emailPrefix`/],
    [() => directory.query({ sort: "created_at" }), /unknown variant `created_at`, expected one of `email`/],
    [() => directory.query({ admins: true }), /unknown field `admins`.*`admin`/],
    [() => directory.query({ member_of: 5 }), /unknown field `member_of`.*`workspace`/],
    [() => directory.query({ memberOf: 5 }), /unknown field `memberOf`/],
    [() => directory.query({ email_prefx: "a" }), /unknown field `email_prefx`/],
    [() => directory.query({ email_prefix: "a" }), /unknown field `email_prefix`/],
    [() => directory.query({ workspace: null }), /`workspace` is null/],
    [() => directory.query(5), /expected an object/],
    [() => directory.query([]), /expected an object/],
    [() => directory.count({ admins: true }), /unknown field `admins`/],
    [() => directory.createUser({ email: "a@ex.co", given_name: "Ann" }), /unknown field `given_name`.*`givenName`/],
    [() => directory.updateUser("a@ex.co", { if_version: 1 }), /unknown field `if_version`.*`ifVersion`/],
    [() => directory.updateUser("a@ex.co", 5), /expected an object/],
    [() => directory.createWorkspace({ name: "w", external_ids: {} }), /unknown field `external_ids`/],
    [() => directory.createWorkspace("w"), /expected an object/],
    [async () => directory.follow(0, { signl: null }), /unknown field `signl`/],
    [() => directory.backup("b.redb", { over_write: true }), /unknown field `over_write`/],
    [() => directory.export("e.jsonl", { force: true }), /unknown field `force`/],
    [() => restore("b.redb", "c.redb", { force: true }), /unknown field `force`/],
    [() => Directory.open("d.redb", { read_only: true }), /unknown field `read_only`.*`openTimeoutMs`/],
    [async () => Directory.openSync("d.redb", { openTimeoutMs: 5 }), /unknown field `openTimeoutMs`/],
    [async () => Directory.inMemory({ license: 5 }), /unknown field `license`/],
    [async () => directory.sync.backup("b.redb", { openTimeoutMs: 5 }), /unknown field `openTimeoutMs`/],
    [() => directory.apply({}), /give a Batch/],
    [() => directory.apply(new Batch().requestId("1")), /UUID/],
    [() => directory.setLicense(1.5), /expected|match/],
    [() => directory.user(undefined), /user/],
  ];
  for (const [call, message] of wrong) {
    await assert.rejects(call, (error) => kind("invalid_argument")(error) && message.test(error.message));
  }
  assert.throws(() => directory.sync.user(5), kind("invalid_argument"));
  assert.throws(() => directory.sync.userByUsername(undefined), kind("invalid_argument"));
  await assert.rejects(directory.createUser({}), kind("email_required"));
  assert.equal(await directory.count(), 0);
});

test("who acts is recorded and can't remove themselves", async () => {
  const directory = Directory.inMemory();
  const ann = await directory.createUser({ email: "ann@ex.co", admin: true });
  const acting = directory.actingAs(ann);
  const bob = await acting.createUser("bob@ex.co");
  await assert.rejects(acting.deactivateUser(ann), kind("own_account"));
  assert.throws(() => acting.sync.deleteUser(ann), kind("own_account"));
  await acting.apply(new Batch().deactivateUser(bob));
  const changes = await directory.changes(0).toArray();
  assert.deepEqual(changes.map((change) => change.actor), [null, ann.id, ann.id]);
  assert.equal((await acting.createWorkspace({ name: "w", owner: ann })).name, "w");
  assert.equal((await directory.members("w"))[0].user, ann.id);
});

test("CommonJS and ES modules share one module", async () => {
  const { createRequire } = await import("node:module");
  const required = createRequire(import.meta.url)("headcount");
  assert.equal(required.Directory, Directory);
  const { default: all, ...named } = await import("headcount");
  assert.deepEqual(Object.keys(named).filter((name) => name !== "__esModule" && name !== "module.exports").sort(), Object.keys(required).sort());
  assert.equal(all.Batch, Batch);
});

test("a batch names the workspaces that it leaves without an owner", async () => {
  const users = Directory.inMemory();
  await users.createUser({ email: "ann@ex.co" });
  const lab = await users.createWorkspace({ name: "Lab", owner: "ann@ex.co" });
  assert.deepEqual((await users.apply(new Batch().updateUser("ann@ex.co", { givenName: "Ann" }))).ownerless, []);
  const leave = new Batch().deactivateUser("ann@ex.co").allowOwnerless();
  assert.deepEqual((await users.dryRun(leave)).ownerless, [lab.id]);
  assert.deepEqual((await users.apply(leave)).ownerless, [lab.id]);
});
