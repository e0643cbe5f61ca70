/** Directories: opened, asked, closed. */

import type { Writer } from "./batch";
import { Feed } from "./feed";
import { HostCache } from "./cache";
import { List, ListSync, type Source } from "./lists";
import { type Answer, native, open } from "./native";
import { type Operation, type Operations, changeOf, copied, operations, usersOf, workspaceOf } from "./operations";
import { encoded, invalid, known, pathOf, signal as checkedSignal, text, usersKept, whole } from "./checks";
import { OPTIONS, userRef } from "./requests";
import type { Change, Copied, CopyOptions, OpenOptions, UserQuery, UserRef, Workspace } from "./types";
import { User } from "./user";
import { untilFree } from "./waiting";

/** What a `Directory` and its `DirectorySync` have in common. */
interface Core {
  readonly handle: number;
  readonly cache: HostCache;
  readonly writer: Writer;
  readonly state: { isClosed: boolean };
}

/** Lets only this file make directories. */
let newDirectory: (core: Core) => Directory;
let newDirectorySync: (core: Core) => DirectorySync;

/** For a directory in memory, without a path. */
function openRequest(path: string | undefined, options: OpenOptions): string {
  const { openTimeoutMs: _timeout, signal: _signal, hostCacheUsers, ...rest } = options;
  usersKept(hostCacheUsers);
  return encoded({ do: "open", path, options: rest });
}

function core(answer: string | string[], { hostCacheUsers }: OpenOptions): Core {
  const handle = open(answer).json as number;
  return { handle, cache: new HostCache(handle, hostCacheUsers), writer: {}, state: { isClosed: false } };
}

/** Refuses `new Directory()`, which JavaScript lets anybody write. */
function opened(core: Core | undefined): Core {
  if (core === undefined) {
    throw invalid("a directory is made by `Directory.open`, `openSync` or `inMemory`, and not by `new`");
  }
  return core;
}

const users = (core: Core): Source<User> => ({ handle: core.handle, ask: { do: "users" }, part: usersOf });

const workspaces = (core: Core): Source<Workspace> => ({
  handle: core.handle,
  ask: { do: "workspaces" },
  part: ({ json }: Answer) => ((json as unknown[] | undefined) ?? []).map(workspaceOf),
});

const changes = (core: Core, after: number): Source<Change> => ({
  handle: core.handle,
  ask: { do: "changes", after },
  part: ({ json }: Answer) => ((json as unknown[] | undefined) ?? []).map(changeOf),
});

/**
 * A user directory, whose operations are promises: none of them keeps the event loop
 * waiting for a disk. When the promise of a write is fulfilled, the write is on disk.
 *
 * Worker threads can open the same file with the option `shared`. Close a directory with
 * {@link close}, or by `await using`; without that its file stays locked until the thread
 * ends.
 *
 * @example
 * ```js
 * const directory = await Directory.open("users.redb");
 * await directory.createUser({ email: "steve@ex.co", username: "steve" });
 * console.log((await directory.user("Steve@ex.co"))?.username); // steve
 * await directory.close();
 * ```
 */
export interface Directory extends Omit<Operations, "user" | "userByUsername"> {}

export class Directory implements AsyncDisposable, Disposable {
  #core: Core;
  #sync: DirectorySync | undefined;
  #closing: Promise<void> | undefined;

  private constructor(core: Core) {
    this.#core = opened(core);
  }

  /**
   * Opens the directory in a file, which is created if it is missing.
   *
   * Refused with `already_open` when another process or handle has the file, and the time
   * to wait for it is over; with `unsupported_format`, `corrupted`, `io` …
   */
  static async open(path: string | URL, options: OpenOptions = {}): Promise<Directory> {
    const { signal } = known(options, OPTIONS.open);
    const request = openRequest(pathOf(path), options);
    const made = await untilFree(options, async () => core(await native.call(0, request), options));
    if (signal?.aborted) {
      await native.close(made.handle);
      signal.throwIfAborted();
    }
    return new Directory(made);
  }

  /** Opens the directory in a file as {@link open} does, without waiting for anybody. */
  static openSync(path: string | URL, options: Omit<OpenOptions, "openTimeoutMs" | "signal"> = {}): Directory {
    known(options, OPTIONS.openSync);
    return new Directory(core(native.callSync(0, openRequest(pathOf(path), options)), options));
  }

  /** Creates a directory in memory. */
  static inMemory(options: Pick<OpenOptions, "licenseIfNew" | "cacheBytes" | "hostCacheUsers"> = {}): Directory {
    known(options, OPTIONS.openSync);
    return new Directory(core(native.callSync(0, openRequest(undefined, options)), options));
  }

  static {
    newDirectory = (core) => new Directory(core);
    this.#addOperations();
  }

  /** Makes a method of each operation that isn't one already. */
  static #addOperations(): void {
    for (const [name, { ask, answer }] of Object.entries(operations) as [string, Operation<unknown[], unknown>][]) {
      if (Object.hasOwn(Directory.prototype, name)) {
        continue;
      }
      const method = {
        async [name](this: Directory, ...args: unknown[]): Promise<unknown> {
          const { handle, writer } = this.#core;
          return answer(open(await native.call(handle, encoded(ask(writer, ...args)))));
        },
      };
      Object.defineProperty(Directory.prototype, name, {
        value: method[name],
        writable: true,
        configurable: true,
      });
    }
  }

  /** The same directory without promises, for scripts and for reads that memory answers. */
  get sync(): DirectorySync {
    return (this.#sync ??= newDirectorySync(this.#core));
  }

  /**
   * A handle on the same directory, whose changes are made by this user: they are recorded as the actor,
   * and can't deactivate or delete themselves. Closing either closes both.
   */
  actingAs(actor: UserRef): Directory {
    return newDirectory(writing(this.#core, { actor: text("actor", userRef(actor)) }));
  }

  /**
   * A handle on the same directory, whose changes come through this door: a short name of the client
   * or the interface, such as `rest` or `scim:okta`, that is recorded in each
   * {@link Change}. You choose the names: 1 to 32 letters, digits and `-_.:/` of ASCII;
   * with another one each write is refused with `invalid_argument`. Closing either closes
   * both.
   *
   * @example
   * ```js
   * await directory.through("scim:okta").createUser("bob@ex.co");
   * ```
   */
  through(door: string): Directory {
    return newDirectory(writing(this.#core, { door: text("door", door) }));
  }

  /**
   * Finds a user by id, email or username, whose case doesn't matter. `undefined` if there
   * is none.
   *
   * @example
   * ```js
   * const steve = await directory.user("Steve@ex.co");
   * ```
   */
  async user(user: UserRef): Promise<User | undefined> {
    const { handle, cache } = this.#core;
    const key = userRef(user);
    const generation = cache.begin();
    return cache.users.get(key) ?? cache.keep(cache.users, key, generation, await ask("user", handle, key));
  }

  /** Finds a user by username, or by the email that stands for one. `undefined` if there is none. */
  async userByUsername(username: string): Promise<User | undefined> {
    const { handle, cache } = this.#core;
    const generation = cache.begin();
    const user = cache.usernames.get(username);
    return user ?? cache.keep(cache.usernames, username, generation, await ask("userByUsername", handle, username));
  }

  /** All users, ordered by email. */
  users(): List<User> {
    return new List(users(this.#core));
  }

  /**
   * All users that a query finds, page by page: `limit` is that of a page. Nothing is
   * held between pages, so it may be read slowly, and sees what is changed meanwhile.
   */
  async *queryAll(query: UserQuery = {}): AsyncGenerator<User, void, undefined> {
    let page = await this.query(query);
    yield* page.users;
    while (page.next !== null) {
      page = await this.query({ ...query, after: page.next });
      yield* page.users;
    }
  }

  /** All workspaces, ordered by id. */
  workspaces(): List<Workspace> {
    return new List(workspaces(this.#core));
  }

  /** The changes after this number, up to now. */
  changes(after: number): List<Change> {
    return new List(changes(this.#core, after));
  }

  /** The changes after this number, and new ones as they are made: 0 for all. */
  follow(after: number, options: { signal?: AbortSignal | undefined } = {}): Feed {
    return new Feed(this.#core.handle, after, checkedSignal(known(options, OPTIONS.follow).signal));
  }

  /**
   * Copies the directory, as it is now, to a new file, while others can read and
   * write. The file appears once it is complete and verified.
   */
  async backup(path: string | URL, options: CopyOptions = {}): Promise<Copied> {
    known(options, OPTIONS.copy);
    const request = { do: "backup", path: pathOf(path), overwrite: options.overwrite ?? false };
    return untilFree(options, async () =>
      copied(open(await native.call(this.#core.handle, encoded(request)))),
    );
  }

  /** Whether the directory was closed through this object or one that shares its handle. */
  get isClosed(): boolean {
    return this.#core.state.isClosed;
  }

  /**
   * Closes the directory. Later calls are refused with `closed`; calls that were
   * begun before are finished first. Closing again does nothing.
   */
  close(): Promise<void> {
    this.#core.state.isClosed = true;
    this.#core.cache.close();
    return (this.#closing ??= native.close(this.#core.handle).then((answer) => void open(answer)));
  }

  /** Closes the directory: `await using directory = await Directory.open(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes the directory, and waits for the disk meanwhile: `using`. */
  [Symbol.dispose](): void {
    this.sync.close();
  }
}

/**
 * The operations of a {@link Directory} without promises: each returns its result, or
 * throws. They keep the event loop waiting where they touch the disk.
 */
export type OperationsSync = {
  [K in keyof Operations]: (...args: Parameters<Operations[K]>) => Awaited<ReturnType<Operations[K]>>;
};

/**
 * A {@link Directory} without promises: {@link Directory.sync}.
 *
 * @example
 * ```js
 * const { sync } = Directory.inMemory();
 * sync.createUser("ann@ex.co");
 * for (const user of sync.users()) console.log(user.email);
 * ```
 */
export interface DirectorySync extends Omit<OperationsSync, "user" | "userByUsername"> {}

export class DirectorySync implements Disposable {
  #core: Core;

  private constructor(core: Core) {
    this.#core = opened(core);
  }

  static {
    newDirectorySync = (core) => new DirectorySync(core);
    for (const [name, { ask, answer }] of Object.entries(operations) as [string, Operation<unknown[], unknown>][]) {
      if (Object.hasOwn(DirectorySync.prototype, name)) {
        continue;
      }
      const method = {
        [name](this: DirectorySync, ...args: unknown[]): unknown {
          const { handle, writer } = this.#core;
          return answer(open(native.callSync(handle, encoded(ask(writer, ...args)))));
        },
      };
      Object.defineProperty(DirectorySync.prototype, name, {
        value: method[name],
        writable: true,
        configurable: true,
      });
    }
  }

  /** Finds a user by id, email or username. `undefined` if there is none. */
  user(user: UserRef): User | undefined {
    const { handle, cache } = this.#core;
    const key = typeof user === "string" ? user : userRef(user);
    const generation = cache.begin();
    return cache.users.get(key) ?? cache.keep(cache.users, key, generation, found(native.get(handle, key), key));
  }

  /** Finds a user by username. `undefined` if there is none. */
  userByUsername(username: string): User | undefined {
    const { handle, cache } = this.#core;
    const generation = cache.begin();
    const user = cache.usernames.get(username);
    return user ?? cache.keep(cache.usernames, username, generation, found(native.getByUsername(handle, username), username));
  }

  /** A handle on the same directory, whose changes are made by this user. */
  actingAs(actor: UserRef): DirectorySync {
    return newDirectorySync(writing(this.#core, { actor: text("actor", userRef(actor)) }));
  }

  /** A handle on the same directory, whose changes come through this door: see {@link Directory.through}. */
  through(door: string): DirectorySync {
    return newDirectorySync(writing(this.#core, { door: text("door", door) }));
  }

  /** All users, ordered by email. */
  users(): ListSync<User> {
    return new ListSync(users(this.#core));
  }

  /** All workspaces, ordered by id. */
  workspaces(): ListSync<Workspace> {
    return new ListSync(workspaces(this.#core));
  }

  /** The changes after this number, up to now. */
  changes(after: number): ListSync<Change> {
    return new ListSync(changes(this.#core, after));
  }

  /** Copies the directory, as it is now, to a new file. */
  backup(path: string | URL, options: Pick<CopyOptions, "overwrite"> = {}): Copied {
    known(options, OPTIONS.overwrite);
    const request = { do: "backup", path: pathOf(path), overwrite: options.overwrite ?? false };
    return copied(open(native.callSync(this.#core.handle, encoded(request))));
  }

  /** Closes the directory, once what was begun is finished. Closing again does nothing. */
  close(): void {
    this.#core.state.isClosed = true;
    this.#core.cache.close();
    open(native.closeSync(this.#core.handle));
  }

  /** Closes the directory: `using directory = Directory.openSync(…).sync`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Looks a user up on another thread. */
async function ask(name: "user" | "userByUsername", handle: number, key: string): Promise<User | undefined> {
  const { ask, answer } = operations[name];
  return answer(open(await native.call(handle, encoded(ask({}, key)))));
}

/** A look-up's answer: nothing, a user, or a refusal. */
function found(text: string | undefined, key: string): User | undefined {
  if (text === undefined) {
    return undefined;
  }
  // A record begins with flags, which are less than any letter.
  if (text.charCodeAt(0) >= 0x40) {
    whole(String(key));
    open(text);
  }
  return new User(text, 0);
}

/** The same handle, closed at the same time, with another actor or door. */
function writing(core: Core, writer: Writer): Core {
  return { ...core, writer: { ...core.writer, ...writer } };
}
