// A platform's users: who has a seat, who may change what, and who is told.
//
// node team.mjs
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { Batch, ConflictError, Directory, NoFreeSeatError } from "headcount";

const path = join(tmpdir(), `headcount-example-${process.pid}.redb`);
const directory = await Directory.open(path); // a Community license: five seats

// Somebody listens, for as long as the program runs.
const stop = new AbortController();
const listening = (async () => {
  for await (const change of directory.follow(0, { signal: stop.signal })) {
    console.log(`#${change.sequence}: ${change.events.map((event) => event.event).join(", ")}`);
  }
})().catch((error) => {
  if (error.name !== "AbortError") throw error;
});

const ann = await directory.createUser({ email: "ann@ex.co", username: "ann", admin: true });
await Promise.all(["bob", "cho", "dee", "eve"].map((name) => directory.createUser(`${name}@ex.co`)));

try {
  await directory.createUser("fay@ex.co");
} catch (error) {
  if (!(error instanceof NoFreeSeatError)) throw error;
  console.log(`${error.active} of ${error.limit} seats are taken`);
}

// One goes and another comes, or neither; sent twice, it is done once.
const swap = () => new Batch().deactivateUser("bob@ex.co").createUser("fay@ex.co").requestId(id).actor(ann);
const id = randomUUID();
await directory.apply(swap());
console.log("applied again:", (await directory.apply(swap())).replayed);

// Nobody's change is lost: this one was decided on an older version.
const cho = await directory.user("cho@ex.co");
await directory.updateUser("cho@ex.co", { givenName: "Cho" });
try {
  await directory.updateUser("cho@ex.co", { givenName: "Cho-Hee", ifVersion: cho.version });
} catch (error) {
  if (!(error instanceof ConflictError)) throw error;
  console.log(`version ${error.found}, not ${error.expected}`);
}

const workspace = await directory.createWorkspace({ name: "Fraud models", owner: ann });
await directory.addMember(workspace, "fay@ex.co", "user");
for await (const user of directory.queryAll({ active: true, workspace })) console.log("member:", user.username);

const seats = await directory.seats();
console.log(`${seats.active} of ${seats.limit} seats in use, ${seats.inactive} inactive`);

stop.abort();
await listening;
await directory.close();
rmSync(path);
