/**
 * What a directory can be asked for, with promises and without.
 *
 * Each operation is one entry of a table: how its arguments become a request, and how
 * the answer becomes its result. `Directory` and `DirectorySync` are made of it.
 */

import { Batch, type Writer } from "./batch";
import { HeadcountError } from "./errors";
import type { Answer } from "./native";
import { invalid, known, moment, notNull, pathOf } from "./checks";
import { OPTIONS, type Op, ops, query as queryOf, userRef, workspaceRef } from "./requests";
import type {
  Applied,
  Change,
  Copied,
  Event,
  Inspection,
  License,
  Member,
  NewUser,
  NewWorkspace,
  Role,
  SeatHistory,
  Seats,
  Stats,
  UserPage,
  UserQuery,
  UserRef,
  UserUpdate,
  Verified,
  Workspace,
  WorkspaceRef,
} from "./types";
import { User, readUsers } from "./user";

/**
 * What a directory can be asked for. Every promise can be rejected with a
 * {@link HeadcountError}: `closed`, `io` and `corrupted` are kinds that each may have.
 */
export interface Operations {
  /**
   * Finds a user by id, email or username, whose case doesn't matter. `undefined` if there
   * is none.
   *
   * @example
   * ```js
   * const steve = await directory.user("Steve@ex.co");
   * ```
   */
  user(user: UserRef): Promise<User | undefined>;

  /** Finds a user by username, or by the email that stands for one. */
  userByUsername(username: string): Promise<User | undefined>;

  /** Finds the user for whom a provisioner, such as an identity provider, has this id. */
  userByExternalId(provisioner: string, id: string): Promise<User | undefined>;

  /**
   * Finds the users with these emails, in their order: `undefined` for each that nobody
   * has. It makes one call for all, and bypasses the cache of this package: it neither reads
   * nor fills it. Use it where few of the users are likely to be cached, such as for a report.
   *
   * @example
   * ```js
   * const [ann, nobody] = await directory.usersByEmails(["ann@ex.co", "nobody@ex.co"]);
   * ```
   */
  usersByEmails(emails: readonly string[]): Promise<(User | undefined)[]>;

  /** Finds the users with these ids, as {@link usersByEmails} does. Refused with `invalid_argument` for a text that is no id. */
  usersByIds(ids: readonly string[]): Promise<(User | undefined)[]>;

  /**
   * Notes that a user is seen now, such as at a login or with a request. Call it as often
   * as you like: it usually costs a lookup. The first sighting is on disk when the promise
   * is fulfilled; others are gathered and written at most once a minute and at the end, so
   * a crash can lose them. Refused with `user_not_found`, `read_only`.
   *
   * @example
   * ```js
   * await directory.touchUser("ann@ex.co");
   * console.log(await directory.lastSeen("ann@ex.co"));
   * ```
   */
  touchUser(user: UserRef): Promise<void>;

  /**
   * When a user was last seen, to about an hour: `undefined` where nobody said so with
   * {@link touchUser}. No change is made of it and no version. Refused with `user_not_found`.
   */
  lastSeen(user: UserRef): Promise<Date | undefined>;

  /**
   * One page of the users that a query finds.
   *
   * @example
   * ```js
   * const page = await directory.query({ active: true, emailDomain: "ex.co", limit: 20 });
   * const more = page.next && (await directory.query({ active: true, emailDomain: "ex.co", limit: 20, after: page.next }));
   * ```
   */
  query(query: UserQuery): Promise<UserPage>;

  /** How many users a query finds; all, by default. */
  count(query?: UserQuery): Promise<number>;

  /**
   * Creates a user; a text is the email address.
   *
   * Refused with `no_free_seat`, `email_taken`, `username_taken`, `id_taken` or the kind
   * of what is malformed.
   *
   * @example
   * ```js
   * const ann = await directory.createUser({ email: "ann@ex.co", username: "ann", admin: true });
   * ```
   */
  createUser(user: NewUser | string): Promise<User>;

  /** Changes fields of a user. Refused with `user_not_found`, `conflict`, `email_taken`, `last_admin` … */
  updateUser(user: UserRef, update: UserUpdate): Promise<User>;

  /** Makes a user active, who then takes a seat; no effect on an active one. */
  activateUser(user: UserRef): Promise<User>;

  /** Makes a user inactive, and frees the seat; no effect on an inactive one. */
  deactivateUser(user: UserRef): Promise<User>;

  /**
   * Deletes a user for good. Returns the id, which can't be used again as long as the change that
   * deletes the user is kept: see {@link trimChanges}.
   */
  deleteUser(user: UserRef): Promise<string>;

  /** How the seats of the license are used. */
  seats(): Promise<Seats>;

  /**
   * The most users that were active at one time, on each day (UTC) since that of `since`;
   * by default since the first day on record. It is kept for three years.
   */
  seatHistory(since?: Date | string): Promise<SeatHistory>;

  /** Sets the license. With more active users than seats nobody is deactivated. */
  setLicense(license: License): Promise<Seats>;

  /** Finds a workspace by id (a number) or name. `undefined` if there is none. */
  workspace(workspace: WorkspaceRef): Promise<Workspace | undefined>;

  /** Finds the workspace for which a provisioner, such as an identity provider, has this id. */
  workspaceByExternalId(provisioner: string, id: string): Promise<Workspace | undefined>;

  /** Creates a workspace. Refused with `last_owner` without an owner who is active. */
  createWorkspace(workspace: NewWorkspace): Promise<Workspace>;

  /** A user's default workspace, which is made if there is none. */
  defaultWorkspace(user: UserRef): Promise<Workspace>;

  /** Renames a workspace. */
  renameWorkspace(workspace: WorkspaceRef, name: string): Promise<Workspace>;

  /**
   * Sets the id that a provisioner has for a workspace; `null` to remove it. Refused with
   * `external_id_taken` where another workspace has it.
   */
  setWorkspaceExternalId(workspace: WorkspaceRef, provisioner: string, id: string | null): Promise<Workspace>;

  /** Archives a workspace; no effect on an archived one. */
  archiveWorkspace(workspace: WorkspaceRef): Promise<Workspace>;

  /** Restores an archived workspace; no effect on another. */
  restoreWorkspace(workspace: WorkspaceRef): Promise<Workspace>;

  /** Deletes a workspace and its memberships for good. Returns its id. */
  deleteWorkspace(workspace: WorkspaceRef): Promise<number>;

  /** Adds a member; no effect on one who has that role, `role_differs` for another role. */
  addMember(workspace: WorkspaceRef, user: UserRef, role: Role): Promise<void>;

  /** Changes the role of a member. */
  setRole(workspace: WorkspaceRef, user: UserRef, role: Role): Promise<void>;

  /** Removes a member. */
  removeMember(workspace: WorkspaceRef, user: UserRef): Promise<void>;

  /** The members of a workspace: owners first. */
  members(workspace: WorkspaceRef): Promise<Member[]>;

  /** What a user is a member of. */
  workspacesOf(user: UserRef): Promise<Member[]>;

  /**
   * Applies a batch: all of it, or nothing. A refusal says in `opIndex` which operation
   * was refused, where it was one.
   */
  apply(batch: Batch): Promise<Applied>;

  /** What would be refused of a batch, of all of its operations. Nothing is written. */
  preview(batch: Batch): Promise<HeadcountError[]>;

  /** What would become of a batch. Nothing is written. */
  dryRun(batch: Batch): Promise<Applied>;

  /** Forgets the changes before this number, with their request ids. Returns how many were forgotten. */
  trimChanges(before: number): Promise<number>;

  /**
   * Writes all records as lines of JSON to a new file, as they are at this moment, and
   * returns their number: the format of `headcount export`. Others can read and writing
   * meanwhile. The file has personal data: only its owner can read it. Refused with `io`
   * where there is a file, unless `overwrite` is set.
   *
   * @example
   * ```js
   * await directory.export("users.jsonl");
   * await Directory.inMemory().load("users.jsonl");
   * ```
   */
  export(path: string | URL, options?: { overwrite?: boolean | undefined }): Promise<number>;

  /**
   * Loads the lines of {@link export} into a directory that nothing was written to yet, in
   * one transaction, and returns how many records those were. If this fails, nothing is
   * changed. Refused with `invalid_argument` where lines are missing or the directory is
   * not empty.
   */
  load(path: string | URL): Promise<number>;

  /** Goes over the whole directory, and fails with `corrupted` if it is damaged. */
  verify(): Promise<Verified>;

  /** Goes over the whole directory, and lists what is wrong: up to 100 faults by default. */
  findFaults(limit?: number): Promise<Inspection>;

  /** Figures since the directory was opened. */
  stats(): Promise<Stats>;

  /** The same figures in Prometheus' text format. */
  statsText(): Promise<string>;
}

/** How arguments become a request, and an answer a result. @internal */
export interface Operation<A extends unknown[], R> {
  ask(writer: Writer, ...args: A): object;
  answer(answer: Answer): R;
}

function operation<A extends unknown[], R>(
  ask: (writer: Writer, ...args: A) => object,
  answer: (answer: Answer) => R,
): Operation<A, R> {
  return { ask, answer };
}

/** A batch of one operation, and what to answer with. */
function one<A extends unknown[], R>(
  then: "user" | "workspace" | "id" | "seats" | "applied",
  op: (...args: A) => Op,
  answer: (answer: Answer) => R,
): Operation<A, R> {
  const ask = ({ actor, door }: Writer, ...args: A): object => ({
    do: "apply",
    batch: { operations: [op(...args)], actor, door },
    then,
  });
  return { ask, answer };
}

function batch(batch: Batch, writer: Writer): object {
  if (!(batch instanceof Batch)) {
    throw invalid("give a Batch");
  }
  return batch.toRequest(writer);
}

const json = <T>(answer: Answer): T => answer.json as T;
const nothing = (): undefined => undefined;
const date = ({ json }: Answer): Date | undefined => (json === undefined ? undefined : new Date(micros(json) / 1000));

function found({ users: [batch] }: Answer): User | undefined {
  return batch === undefined ? undefined : new User(batch, 0);
}

function one_user(answer: Answer): User {
  const user = found(answer);
  if (user === undefined) {
    // Deleted by somebody else between the commit and the look.
    throw new HeadcountError({ kind: "user_not_found", message: "the user was deleted meanwhile" });
  }
  return user;
}

/** All users of an answer. @internal */
export function usersOf(answer: Answer): User[] {
  const users: User[] = [];
  for (const batch of answer.users) {
    readUsers(batch, users);
  }
  return users;
}

/** The addon writes every license as a text. */
function license(text: string): License {
  return text === "community" || text === "enterprise" ? text : Number(text);
}

/** Users who were looked up together. */
function many(answer: Answer): (User | undefined)[] {
  const users = usersOf(answer).values();
  return (answer.json as boolean[]).map((isFound) => (isFound ? users.next().value : undefined));
}

function seats(answer: Answer): Seats {
  const seats = json<Seats>(answer);
  return { ...seats, license: license(seats.license as string) };
}

function seatHistory({ json }: Answer): SeatHistory {
  const { since, peakDay, days, ...rest } = json as SeatHistory;
  return {
    ...rest,
    since: new Date(since),
    peakDay: peakDay && new Date(peakDay),
    days: days.map((of) => ({ ...of, day: new Date(of.day) })),
  };
}

/** The microseconds of a time as the library writes it: `2024-07-11T16:55:59.173456Z`. */
function micros(time: unknown): number {
  const [seconds = "", fraction = ""] = (time as string).slice(0, -1).split(".");
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, "0"));
}

/** @internal */
export function workspaceOf(json: unknown): Workspace {
  const { createdAt, updatedAt, ...rest } = json as Workspace;
  const [createdAtMicros, updatedAtMicros] = [micros(createdAt), micros(updatedAt)];
  return {
    ...rest,
    createdAt: new Date(createdAtMicros / 1000),
    createdAtMicros,
    updatedAt: new Date(updatedAtMicros / 1000),
    updatedAtMicros,
  };
}

function foundWorkspace({ json }: Answer): Workspace | undefined {
  return json === undefined ? undefined : workspaceOf(json);
}

function workspace(answer: Answer): Workspace {
  const workspace = foundWorkspace(answer);
  if (workspace === undefined) {
    throw new HeadcountError({
      kind: "workspace_not_found",
      message: "the workspace was deleted meanwhile",
    });
  }
  return workspace;
}

function members(answer: Answer): Member[] {
  return json<Member[]>(answer).map((member) => {
    const sinceMicros = micros(member.since);
    return { ...member, since: new Date(sinceMicros / 1000), sinceMicros };
  });
}

function applied(answer: Answer): Applied {
  return { ...json<Omit<Applied, "users">>(answer), users: usersOf(answer) };
}

/** @internal */
export function changeOf(json: unknown): Change {
  const change = json as Change;
  const events = change.events.map(
    (event: Event): Event =>
      event.event === "license_set" ? { ...event, license: license(event.license as string) } : event,
  );
  const atMicros = micros(change.at);
  return { ...change, door: change.door ?? null, requestId: change.requestId ?? null, at: new Date(atMicros / 1000), atMicros, events };
}

type Table = {
  [K in keyof Operations]: Operation<Parameters<Operations[K]>, Awaited<ReturnType<Operations[K]>>>;
};

/** All operations. @internal */
export const operations: Table = {
  user: operation((_, user) => ({ do: "user", user: userRef(user) }), found),
  userByUsername: operation((_, username) => ({ do: "userByUsername", username }), found),
  userByExternalId: operation((_, provisioner, id) => ({ do: "userByExternalId", provisioner, id }), found),
  usersByEmails: operation((_, emails) => ({ do: "usersByEmails", emails }), many),
  usersByIds: operation((_, ids) => ({ do: "usersByIds", ids }), many),
  touchUser: operation((_, user) => ({ do: "touchUser", user: userRef(user) }), nothing),
  lastSeen: operation((_, user) => ({ do: "lastSeen", user: userRef(user) }), date),
  query: operation(
    (_, query) => ({ do: "query", query: queryOf(query) }),
    (answer) => ({ users: usersOf(answer), next: (answer.json as string | undefined) ?? null }),
  ),
  count: operation((_, query) => ({ do: "count", query: queryOf(query ?? {}) }), json<number>),
  createUser: one("user", ops.createUser, one_user),
  updateUser: one("user", ops.updateUser, one_user),
  activateUser: one("user", ops.activateUser, one_user),
  deactivateUser: one("user", ops.deactivateUser, one_user),
  deleteUser: one("id", ops.deleteUser, json<string>),
  seats: operation(() => ({ do: "seats" }), seats),
  seatHistory: operation((_, since) => notNull({ do: "seatHistory", since: moment(since) }, []), seatHistory),
  setLicense: one("seats", ops.setLicense, seats),
  workspace: operation(
    (_, workspace) => ({ do: "workspace", workspace: workspaceRef(workspace) }),
    foundWorkspace,
  ),
  workspaceByExternalId: operation(
    (_, provisioner, id) => ({ do: "workspaceByExternalId", provisioner, id }),
    foundWorkspace,
  ),
  createWorkspace: one("workspace", ops.createWorkspace, workspace),
  defaultWorkspace: operation(
    ({ actor, door }, user) => ({ do: "defaultWorkspace", user: userRef(user), actor, door }),
    workspace,
  ),
  renameWorkspace: one("workspace", ops.renameWorkspace, workspace),
  setWorkspaceExternalId: one("workspace", ops.setWorkspaceExternalId, workspace),
  archiveWorkspace: one("workspace", ops.archiveWorkspace, workspace),
  restoreWorkspace: one("workspace", ops.restoreWorkspace, workspace),
  deleteWorkspace: one("id", ops.deleteWorkspace, json<number>),
  addMember: one("applied", ops.addMember, nothing),
  setRole: one("applied", ops.setRole, nothing),
  removeMember: one("applied", ops.removeMember, nothing),
  members: operation((_, workspace) => ({ do: "members", workspace: workspaceRef(workspace) }), members),
  workspacesOf: operation((_, user) => ({ do: "workspacesOf", user: userRef(user) }), members),
  apply: operation((writer, ops) => ({ do: "apply", batch: batch(ops, writer), then: "applied" }), applied),
  preview: operation(
    (writer, ops) => ({ do: "preview", batch: batch(ops, writer) }),
    (answer) => json<unknown[]>(answer).map(HeadcountError.from),
  ),
  dryRun: operation((writer, ops) => ({ do: "apply", batch: batch(ops, writer), then: "dryRun" }), applied),
  trimChanges: operation((_, before) => ({ do: "trimChanges", before }), json<number>),
  export: operation(
    (_, path, options) => ({
      do: "export",
      path: pathOf(path),
      overwrite: known(options ?? {}, OPTIONS.overwrite).overwrite ?? false,
    }),
    json<number>,
  ),
  load: operation((_, path) => ({ do: "load", path: pathOf(path) }), json<number>),
  verify: operation(() => ({ do: "verify" }), json<Verified>),
  findFaults: operation((_, limit) => ({ do: "findFaults", limit: limit ?? 100 }), json<Inspection>),
  stats: operation(() => ({ do: "stats" }), json<Stats>),
  statsText: operation(() => ({ do: "statsText" }), json<string>),
};

/** What is copied. @internal */
export const copied = json<Copied>;
