/** Errors: one class, with subclasses where an error has numbers. */

/** The kind of an error. New kinds may be added. */
export type ErrorKind =
  /** The text is not an email address that a directory accepts. */
  | "invalid_email"
  /** Letters outside ASCII before the `@` are not supported. */
  | "international_email"
  /** A user needs an email address, and none was given. */
  | "email_required"
  /** The text is not a usable username. */
  | "invalid_username"
  /** Another argument is malformed, too long, or of the wrong type. */
  | "invalid_argument"
  /** A text has half of a surrogate pair, which no directory can hold: UTF-8 has none. */
  | "invalid_utf8"
  /** Another user has this email. */
  | "email_taken"
  /** Another user has this username. */
  | "username_taken"
  /** A user with this id exists, or existed and was deleted. */
  | "id_taken"
  /** No user has this id, email or username. */
  | "user_not_found"
  /** No workspace has this id or name. */
  | "workspace_not_found"
  /** Another workspace has this name. */
  | "workspace_name_taken"
  /** The workspace is archived; restore it first. */
  | "workspace_archived"
  /** The user is not a member of the workspace. */
  | "member_not_found"
  /** The user is a member already, in another role. */
  | "role_differs"
  /** The workspace would be left without an active owner. */
  | "last_owner"
  /** A user can't lose their default workspace. */
  | "default_workspace"
  /** The license has too few free seats: {@link NoFreeSeatError}. */
  | "no_free_seat"
  /** The directory would be left without an active admin. */
  | "last_admin"
  /** Users can't deactivate or delete themselves. */
  | "own_account"
  /** The record changed since it was read: {@link ConflictError}. */
  | "conflict"
  /** The changes asked for were trimmed: {@link HistoryTrimmedError}. */
  | "history_trimmed"
  /** No change has this number yet: {@link ChangeNotYetError}. */
  | "change_not_yet"
  /** The request id belongs to another batch. */
  | "request_id_reused"
  /** Another user or workspace has this external id of the provisioner. */
  | "external_id_taken"
  /** Another process, or another handle of this one, has the file open. */
  | "already_open"
  /** The directory was opened in the parent of this process. */
  | "forked"
  /** The directory was opened for reading only. */
  | "read_only"
  /** The log that belongs to the file is missing or too short. */
  | "log_missing"
  /** The log beside the file belongs to another file. */
  | "log_foreign"
  /** The file was replaced, renamed or deleted while it was open. */
  | "file_replaced"
  /** The file was written by a newer release. */
  | "unsupported_format"
  /** The stored bytes contradict themselves, or the file is no directory. */
  | "corrupted"
  /** The request is larger than one transaction may be. */
  | "too_large"
  /** A commit failed half way: reopen the directory to see whether it took effect. */
  | "outcome_unknown"
  /** The directory was closed. */
  | "closed"
  /** The operating system refused to read or write. */
  | "io";

/** A refusal, as the addon returns it. */
interface Refusal {
  kind: ErrorKind;
  message: string;
  opIndex?: number;
  retryable?: boolean;
  limit?: number;
  active?: number;
  requested?: number;
  expected?: number;
  found?: number;
  resumeAfter?: number;
  latest?: number;
}

/**
 * Why a call failed, and what to do about it: the message says so.
 *
 * Nothing was changed, unless the kind is `outcome_unknown`.
 *
 * @example
 * ```js
 * try {
 *   await directory.createUser("eve@ex.co");
 * } catch (error) {
 *   if (error instanceof NoFreeSeatError) console.log(`all ${error.limit} seats are taken`);
 *   else if (error instanceof HeadcountError && error.kind === "email_taken") console.log("known");
 *   else throw error;
 * }
 * ```
 */
export class HeadcountError extends Error {
  /** The kind of the failure. */
  readonly kind: ErrorKind;
  /** The kind in the style of Node's own errors: `ERR_HEADCOUNT_EMAIL_TAKEN`. */
  readonly code: string;
  /** The index of the operation that was refused; `undefined` for the batch as a whole. */
  readonly opIndex: number | undefined;
  /** Whether the same call may succeed later: true if another process or handle has the file open. */
  readonly retryable: boolean;

  /** @internal */
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.kind = refusal.kind;
    this.code = `ERR_HEADCOUNT_${refusal.kind.toUpperCase()}`;
    this.opIndex = refusal.opIndex;
    this.retryable = refusal.retryable ?? false;
  }

  /** The error of the class that has the numbers of its kind. @internal */
  static from(json: unknown): HeadcountError {
    const refusal = json as Refusal;
    switch (refusal.kind) {
      case "no_free_seat":
        return new NoFreeSeatError(refusal);
      case "conflict":
        return new ConflictError(refusal);
      case "history_trimmed":
        return new HistoryTrimmedError(refusal);
      case "change_not_yet":
        return new ChangeNotYetError(refusal);
      default:
        return new HeadcountError(refusal);
    }
  }
}

/** The request needs more seats than the license has free. */
export class NoFreeSeatError extends HeadcountError {
  /** Seats of the license. */
  readonly limit: number;
  /** Active users before the request. */
  readonly active: number;
  /** How many more active users the request would have made. */
  readonly requested: number;

  /** @internal */
  constructor(refusal: Refusal) {
    super(refusal);
    this.limit = refusal.limit ?? 0;
    this.active = refusal.active ?? 0;
    this.requested = refusal.requested ?? 0;
  }
}

/** The record changed since the caller read it: read it again and repeat the change. */
export class ConflictError extends HeadcountError {
  /** The version that the caller expected. */
  readonly expected: number;
  /** The version that was found. */
  readonly found: number;

  /** @internal */
  constructor(refusal: Refusal) {
    super(refusal);
    this.expected = refusal.expected ?? 0;
    this.found = refusal.found ?? 0;
  }
}

/**
 * The changes asked for were trimmed: read all users again, then the changes that come
 * after `resumeAfter`.
 */
export class HistoryTrimmedError extends HeadcountError {
  /** The number of the last change that was trimmed. */
  readonly resumeAfter: number;

  /** @internal */
  constructor(refusal: Refusal) {
    super(refusal);
    this.resumeAfter = refusal.resumeAfter ?? 0;
  }
}

/**
 * No change has this number yet, as after a restore: read all users again, then the
 * changes that come after `latest`.
 */
export class ChangeNotYetError extends HeadcountError {
  /** The number of the latest change. */
  readonly latest: number;

  /** @internal */
  constructor(refusal: Refusal) {
    super(refusal);
    this.latest = refusal.latest ?? 0;
  }
}

// On the prototypes and not enumerable, as the names of Node's own errors are.
for (const type of [
  HeadcountError,
  NoFreeSeatError,
  ConflictError,
  HistoryTrimmedError,
  ChangeNotYetError,
]) {
  Object.defineProperty(type.prototype, "name", {
    value: type.name,
    writable: true,
    configurable: true,
  });
}
