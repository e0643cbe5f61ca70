/** What goes into a directory and comes out of it, besides users. */

import type { User } from "./user";

/**
 * A user: an id, an email address, a username, or a {@link User}, of which the id counts. A
 * text never names two users.
 */
export type UserRef = string | { readonly id: string };

/** A workspace: its id, its name, or a {@link Workspace}, of which the id counts. */
export type WorkspaceRef = number | string | { readonly id: number };

/** A license: `"community"` (5 seats), `"enterprise"` (no limit), or a number of seats. */
export type License = "community" | "enterprise" | number;

/** What a member is in a workspace. */
export type Role = "owner" | "user";

/** How to open a directory. */
export interface OpenOptions {
  /** Whether to make the file if there is none: `true` by default. */
  createIfMissing?: boolean | undefined;
  /** The license of a file that is made: `"community"` by default. */
  licenseIfNew?: License | undefined;
  /** Whether only to read: `false` by default. Any number of processes can, and none can write meanwhile. */
  readOnly?: boolean | undefined;
  /**
   * Whether worker threads of this process may open the file too, each with this option:
   * `false` by default, and then a second one is refused with `already_open`. All share
   * one directory, which is opened with the options of the first and closed by the last.
   */
  shared?: boolean | undefined;
  /**
   * How many milliseconds to wait for a file that somebody else has open: 0 by default; `Infinity`
   * waits until the signal. After that it is refused with `already_open`.
   */
  openTimeoutMs?: number | undefined;
  /** Ends that wait, with its reason: an `AbortError` by default. */
  signal?: AbortSignal | undefined;
  /**
   * The maximum number of users that are cached as objects, for `user` and for `userByUsername`
   * each: 10,000 by default, 0 for none, at most 16,777,216. A user who is asked for by several
   * texts counts once for each. Until a commit changes users, at least the half that was read
   * last is cached. Every `Directory` that is opened has its own cache, also in another worker
   * thread; those of `actingAs` and `through` share it. Cached reads always reflect the latest
   * commit.
   */
  hostCacheUsers?: number | undefined;
  /** About how many bytes of memory the library's own cache of users takes: 64 MiB by default, 0 for none. */
  cacheBytes?: number | undefined;
  /** How many bytes of memory to use for pages of the file: 64 MiB by default. */
  pageCacheBytes?: number | undefined;
  /**
   * How many bytes the log beside the file may grow to between checkpoints, from 1 MiB to 4 GiB;
   * other values are clamped. By default 64 MiB, or a quarter of a file above 256 MiB, up to
   * 128 MiB.
   */
  logBytes?: number | undefined;
  /**
   * Whether to open a directory whose log is missing or damaged, without the commits that only
   * the log has: `false` by default, and then that is refused with `log_missing`, `log_foreign`
   * or `corrupted`. Look for the log where the file was copied or moved from first.
   */
  salvageLog?: boolean | undefined;
  /**
   * Syncs the disk at this interval, in milliseconds up to a day, instead of with each write: if the machine
   * stops, the writes of the last interval can be lost. By default, and with 0, what is
   * acknowledged is on disk.
   */
  syncIntervalMs?: number | undefined;
}

/** A user to be created. */
export interface NewUser {
  /** The email address; no other user may have it. */
  email: string;
  /** The id, a UUID; one is drawn by default. */
  id?: string | undefined;
  /** The username, up to 255 bytes of UTF-8; the email by default. No two users have the same. */
  username?: string | undefined;
  /** The given (first) name. */
  givenName?: string | undefined;
  /** The family (last) name. */
  familyName?: string | undefined;
  /** Whether the user is active, and so takes a seat: `true` by default. */
  active?: boolean | undefined;
  /** Whether the user administers the platform: `false` by default. */
  admin?: boolean | undefined;
  /** Further facts by their names: up to 64, with up to 16 KiB in all. */
  attributes?: Readonly<Record<string, string>> | undefined;
  /**
   * The ids that other systems have for the user, by the names of these provisioners: up
   * to 16; names of 1 to 64 bytes, ids of 1 to 255, compared as they are. No two users
   * have the same id of one provisioner.
   */
  externalIds?: Readonly<Record<string, string>> | undefined;
  /**
   * When the user was created elsewhere; now by default. A text is in RFC 3339 with a time zone, with
   * up to microseconds: `2024-07-11T16:55:59.173456Z`. Refused with `invalid_argument` before 1970.
   */
  createdAt?: Date | string | undefined;
}

/** Changes of a user; what is not named stays. */
export interface UserUpdate {
  /** Refuses the change with `conflict` unless the user has this version. */
  ifVersion?: number | undefined;
  /** Another email address; a username that is the email follows it. */
  email?: string | undefined;
  /** Another username; `null` to use the email. */
  username?: string | null | undefined;
  /** Another given name; `null` for none. */
  givenName?: string | null | undefined;
  /** Another family name; `null` for none. */
  familyName?: string | null | undefined;
  /** Whether the user administers the platform. */
  admin?: boolean | undefined;
  /** Attributes to set, or with `null` to remove. */
  attributes?: Readonly<Record<string, string | null>> | undefined;
  /** Whether attributes that are not named are removed: `false` by default. */
  replaceAttributes?: boolean | undefined;
  /** External ids to set, or with `null` to remove; those of other provisioners stay. */
  externalIds?: Readonly<Record<string, string | null>> | undefined;
}

/** Which users, in what order; all of them ordered by email by default. */
export interface UserQuery {
  /** Only active users, or only inactive ones. */
  active?: boolean | undefined;
  /** Only admins, or only users who are not. */
  admin?: boolean | undefined;
  /** Only members of this workspace. */
  workspace?: WorkspaceRef | undefined;
  /** Only members in this role of the workspace, which then has to be given. */
  role?: Role | undefined;
  /** Only users whose email begins with this text, in any case. */
  emailPrefix?: string | undefined;
  /** Only users whose email ends with `@` and this domain, in any case. */
  emailDomain?: string | undefined;
  /** Only users whose username begins with this text, in any case. */
  usernamePrefix?: string | undefined;
  /** Only users whose email, username or names contain each word of this text, in any case. */
  search?: string | undefined;
  /** Only users with these values of these attributes. */
  attributes?: Readonly<Record<string, string>> | undefined;
  /** Only users with these attributes, of any value. */
  hasAttributes?: readonly string[] | undefined;
  /** Only users created at this moment or later. A text may have microseconds. */
  createdSince?: Date | string | undefined;
  /** Only users created before this moment. */
  createdBefore?: Date | string | undefined;
  /** Only users who changed at this moment or later. A text may have microseconds. */
  changedSince?: Date | string | undefined;
  /** Only users who last changed before this moment. */
  changedBefore?: Date | string | undefined;
  /** Only users last seen at this moment or later. Who never was counts as seen at creation. */
  seenSince?: Date | string | undefined;
  /** Only users last seen before this moment. Who never was counts as seen at creation. */
  seenBefore?: Date | string | undefined;
  /** The order: `"email"` by default. */
  sort?: "email" | "username" | "created" | undefined;
  /** Whether to turn the order around: `false` by default. */
  descending?: boolean | undefined;
  /** Users on a page, 1 to 10,000: 100 by default. */
  limit?: number | undefined;
  /** Where to go on: the {@link UserPage.next} of the page before, with the same conditions and order. */
  after?: string | undefined;
}

/** Some of the users that a query finds. */
export interface UserPage {
  /** The users. */
  readonly users: readonly User[];
  /** The cursor to the next page; `null` on the last. */
  readonly next: string | null;
}

/** How the seats of the license are used. */
export interface Seats {
  /** The license. */
  readonly license: License;
  /** The version of the license: one more each time it is set. */
  readonly licenseVersion: number;
  /** Seats of the license; `null` for no limit. */
  readonly limit: number | null;
  /** Active users, of whom each takes a seat. */
  readonly active: number;
  /** Inactive users. */
  readonly inactive: number;
  /** Seats that are free; `null` for no limit. */
  readonly free: number | null;
  /** How many active users are too many, since a smaller license was set. */
  readonly overBy: number;
}

/** A day (UTC) on which the number of active users changed. */
export interface SeatDay {
  /** When it began. */
  readonly day: Date;
  /** The most users that were active at one time on it. */
  readonly peak: number;
  /** How many were active at its end, or are now. */
  readonly last: number;
}

/** How many users were active, since a day. */
export interface SeatHistory {
  /** The beginning of the day that was asked for, or of the first one on record. */
  readonly since: Date;
  /** The most users that were active at one time since then. */
  readonly peak: number;
  /** The latest day with that peak; `null` where the number has not changed since. */
  readonly peakDay: Date | null;
  /** The days on which the number changed, oldest first. */
  readonly days: readonly SeatDay[];
}

/** A workspace. */
export interface Workspace {
  /** The id. */
  readonly id: number;
  /** The name; no other workspace has it. */
  readonly name: string;
  /** Whether it is archived. */
  readonly archived: boolean;
  /** The id of the user whose default workspace it is. */
  readonly defaultOf: string | null;
  /** The ids that other systems have for it, by the names of these provisioners. */
  readonly externalIds: Readonly<Record<string, string>>;
  /** When it was created, to the millisecond. */
  readonly createdAt: Date;
  /** When it was created, in microseconds since 1970. */
  readonly createdAtMicros: number;
  /** When it last changed, to the millisecond. */
  readonly updatedAt: Date;
  /** When it last changed, in microseconds since 1970. */
  readonly updatedAtMicros: number;
  /** The version of the record. */
  readonly version: number;
}

/** A workspace to be created. */
export interface NewWorkspace {
  /** The name: up to 128 characters. */
  name: string;
  /** Its first owner, an active user; only a batch that allows it can do without. */
  owner?: UserRef | undefined;
  /** The ids that other systems have for it, as {@link NewUser.externalIds}. */
  externalIds?: Readonly<Record<string, string>> | undefined;
}

/** A membership. */
export interface Member {
  /** The id of the workspace. */
  readonly workspace: number;
  /** The id of the user. */
  readonly user: string;
  /** What the user is there. */
  readonly role: Role;
  /** Since when, to the millisecond. */
  readonly since: Date;
  /** Since when, in microseconds since 1970. */
  readonly sinceMicros: number;
  /** The version of the membership. */
  readonly version: number;
}

/** What became of a batch. */
export interface Applied {
  /** The number of the change that it made; `null` when nothing changed. */
  readonly sequence: number | null;
  /** What became of each operation, in their order. */
  readonly outcomes: readonly Outcome[];
  /** Whether it had been applied before, under the same request id. */
  readonly replayed: boolean;
  /** The workspaces that it left without an active owner, which only `allowOwnerless` allows; empty if it was replayed. */
  readonly ownerless: readonly number[];
  /**
   * The users it was about, as it left them and in the order of the operations, without
   * deleted ones. Empty if it was replayed.
   */
  readonly users: readonly User[];
}

/** What became of one operation. */
export interface Outcome {
  /** What it was about. */
  readonly about: "user" | "license" | "workspace" | "member";
  /** The id of the user it was about. */
  readonly user: string | null;
  /** The id of the workspace it was about. */
  readonly workspace: number | null;
  /** Whether it changed anything. */
  readonly changed: boolean;
  /** The version of the record afterwards; 0 where it was deleted. */
  readonly version: number;
}

/** One batch that was committed. It holds ids and names of fields, no personal data. */
export interface Change {
  /** Its number: 1, 2, 3 … without gaps. */
  readonly sequence: number;
  /** When the batch was made, to the millisecond. */
  readonly at: Date;
  /** When the batch was made, in microseconds since 1970. */
  readonly atMicros: number;
  /** The id of who made it, where that was said. */
  readonly actor: string | null;
  /** Through which door it came, where that was said: see {@link Directory.through}. */
  readonly door: string | null;
  /** The request id of the batch. */
  readonly requestId: string | null;
  /** What happened, in the order of the batch. */
  readonly events: readonly Event[];
}

/** One thing that happened. New ones may be added. */
export type Event =
  | { readonly event: "user_created"; readonly user: string; readonly active: boolean }
  | { readonly event: "user_updated"; readonly user: string; readonly fields: readonly Field[] }
  | { readonly event: "user_activated" | "user_deactivated" | "user_deleted"; readonly user: string }
  | { readonly event: "license_set"; readonly license: License }
  | {
      readonly event: "workspace_created";
      readonly workspace: number;
      readonly defaultOf: string | null;
    }
  | {
      readonly event:
        | "workspace_renamed"
        | "workspace_archived"
        | "workspace_restored"
        | "workspace_deleted"
        | "workspace_undefaulted"
        | "workspace_ownerless"
        | "workspace_external_id_set";
      readonly workspace: number;
    }
  | {
      readonly event: "member_added" | "member_role_set";
      readonly workspace: number;
      readonly user: string;
      readonly role: Role;
    }
  | { readonly event: "member_removed"; readonly workspace: number; readonly user: string };

/** A field of a user. */
export type Field =
  | "email"
  | "username"
  | "given_name"
  | "family_name"
  | "admin"
  | "attributes"
  | "external_ids";

/** How to write a copy. */
export interface CopyOptions {
  /** Whether a directory at the target is replaced: `false` by default. */
  overwrite?: boolean | undefined;
  /** How many milliseconds to wait for a file that somebody has open: 0 by default, `Infinity` without end. */
  openTimeoutMs?: number | undefined;
  /** Ends that wait, with its reason: an `AbortError` by default. */
  signal?: AbortSignal | undefined;
}

/** What was copied. */
export interface Copied {
  /** Users in the copy. */
  readonly users: number;
  /** The number of the latest change in it. */
  readonly sequence: number;
  /** Bytes of the new file. */
  readonly bytes: number;
}

/** What was counted while a directory was verified. */
export interface Verified {
  /** Active users. */
  readonly active: number;
  /** Inactive users. */
  readonly inactive: number;
  /** Ids of deleted users. */
  readonly deleted: number;
  /** Workspaces. */
  readonly workspaces: number;
  /** Memberships. */
  readonly members: number;
  /** Changes on record. */
  readonly changes: number;
}

/** What is wrong with a directory. */
export interface Inspection {
  /** Whether nothing is wrong. */
  readonly sound: boolean;
  /** The first faults, up to the limit. */
  readonly faults: readonly Fault[];
  /** How many there are in all. */
  readonly faultsTotal: number;
  /** How many more users are active than there are seats, which is not a fault. */
  readonly seatsOver: number;
  /** What was counted. */
  readonly verified: Verified;
}

/** One thing that is wrong. It names ids, no personal data. */
export interface Fault {
  /** What kind of fault it is: `leftover`, `missing` and so on. */
  readonly kind: string;
  /** The kind of entry that it concerns. */
  readonly entry: string;
  /** The id of the user it concerns. */
  readonly user: string | null;
  /** The id of the workspace it concerns. */
  readonly workspace: number | null;
  /** The number of the change it concerns. */
  readonly change: number | null;
  /** What was expected and what was found. */
  readonly detail: string;
}

/** What a repair did, or would do. */
export interface Repaired {
  /** The first faults that were found. */
  readonly faults: readonly Fault[];
  /** How many there were in all. */
  readonly faultsTotal: number;
  /** Entries that were set or made again. */
  readonly written: number;
  /** Entries that were removed. */
  readonly removed: number;
  /** Records that were removed and kept in the file for them. */
  readonly setAside: number;
  /** What the directory holds afterwards. */
  readonly verified: Verified;
  /** How many more users are active afterwards than there are seats. */
  readonly seatsOver: number;
}

/** Figures of a directory since it was opened. */
export interface Stats {
  /** Active users. */
  readonly usersActive: number;
  /** Inactive users. */
  readonly usersInactive: number;
  /** Workspaces. */
  readonly workspaces: number;
  /** The number of the latest change. */
  readonly latestChange: number;
  /** Entries of the library's cache of users. */
  readonly cacheEntries: number;
  /** Memory that it takes. */
  readonly cacheBytes: number;
  /** Reads that found their user there. */
  readonly cacheHits: number;
  /** Reads that did not. */
  readonly cacheMisses: number;
  /** Batches handed in. */
  readonly commitRequests: number;
  /** Transactions that they were grouped into. */
  readonly commitGroups: number;
  /** Seats of the license; `null` for no limit. */
  readonly seatsLimit: number | null;
  /** The size of the main file; 0 for a directory in memory or opened read-only. */
  readonly fileBytes: number;
  /**
   * The size of the log's files, as of the latest commit; 0 before the first one, and for a
   * directory in memory or opened read-only.
   */
  readonly logBytes: number;
  /** Checkpoints, which write the log's commits to the main file; without the one at closing. */
  readonly checkpoints: number;
  /** The duration of all checkpoints in microseconds. */
  readonly checkpointMicros: number;
  /** The duration of the longest checkpoint in microseconds. */
  readonly checkpointMicrosMax: number;
  /** How long batches took, from handing in to the answer. */
  readonly commitLatency: CommitLatency;
}

/** How long batches took. */
export interface CommitLatency {
  /** How many were measured. */
  readonly count: number;
  /** Microseconds of all together. */
  readonly sumMicros: number;
  /** Half took at most this long. */
  readonly p50Micros: number;
  /** 90 % took at most this long. */
  readonly p90Micros: number;
  /** 99 % took at most this long. */
  readonly p99Micros: number;
  /** 99.9 % took at most this long. */
  readonly p999Micros: number;
}
