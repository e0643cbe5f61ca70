// Compiled only: what programs in TypeScript may and may not write.
import {
  type Applied,
  Batch,
  type Change,
  Directory,
  type ErrorKind,
  HeadcountError,
  NoFreeSeatError,
  type Seats,
  type User,
  type UserPage,
  restore,
} from "headcount";

export async function allowed(signal: AbortSignal): Promise<number> {
  await using directory = await Directory.open("users.redb", { licenseIfNew: "enterprise", openTimeoutMs: 5_000, signal });
  const user: User = await directory.createUser({ email: "ann@ex.co", attributes: { team: "a" }, externalIds: { okta: "00u1" } });
  const found: User | undefined = await directory.user(user);
  const page: UserPage = await directory.query({ active: true, workspace: "w", role: "owner" });
  const applied: Applied = await directory.apply(new Batch().deactivateUser(user).ifVersion(user.version));
  const seats: Seats = directory.sync.seats();
  const seen: Date | undefined = await directory.through("rest").lastSeen(user);
  const since: number = user.deactivatedAt?.getTime() ?? seen?.getTime() ?? 0;
  await directory.updateUser(user, { externalIds: { okta: null } });
  for await (const each of directory.users()) each.email.toUpperCase();
  for (const each of directory.sync.users()) each.createdAt.getTime();
  for await (const change of directory.follow(0, { signal })) {
    const { sequence }: Change = change;
    for (const event of change.events) {
      if (event.event === "member_added") event.role satisfies "owner" | "user";
      // @ts-expect-error: a user who was deleted has no fields
      if (event.event === "user_deleted") event.fields;
    }
    if (sequence > 7) break;
  }
  await restore("backup.redb", new URL("file:///users.redb"), { overwrite: true });
  return (found?.version ?? 0) + page.users.length + applied.outcomes.length + seats.active + since;
}

export function handled(error: unknown): number {
  if (error instanceof NoFreeSeatError) return error.limit - error.active;
  if (error instanceof HeadcountError) {
    const kind: ErrorKind = error.kind;
    return kind === "closed" ? 1 : (error.opIndex ?? 0);
  }
  throw error;
}

export async function refused(directory: Directory, user: User): Promise<void> {
  // @ts-expect-error: an email is needed
  await directory.createUser({ username: "ann" });
  // @ts-expect-error: no such field
  await directory.createUser({ email: "ann@ex.co", emial: "" });
  // @ts-expect-error: a user can't be changed
  user.email = "";
  // @ts-expect-error: it may be undefined
  (await directory.user("ann@ex.co")).email;
  // @ts-expect-error: no such role
  await directory.setRole(1, user, "guest");
  // @ts-expect-error: no such license
  await directory.setLicense("free");
  // @ts-expect-error: a promise has to be awaited
  const seats: Seats = directory.seats();
  // @ts-expect-error: nobody makes one but open and inMemory
  new Directory();
}
