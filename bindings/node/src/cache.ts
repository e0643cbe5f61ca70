/**
 * Users that were read, as objects: a hit creates no object and makes no call.
 *
 * The library counts the commits that change users. An entry is stored with the count that
 * was read *before* the library was asked, and is valid only while the count is the same.
 * The count is 0 while such a commit is under way; nothing is stored or used then. So a
 * thread that has seen a commit never sees an older state here, whichever thread wrote it.
 */

import { native } from "./native";
import type { User } from "./user";

/** Users of each of the two. */
const USERS = 10_000;

/** The users of one directory that a thread has read. @internal */
export class HostCache {
  /** By the ids, emails or usernames that `user` was asked for, to the letter. */
  readonly users: Keys;
  /** By those that `userByUsername` was asked for. */
  readonly usernames: Keys;
  #handle: number;
  #isOff: boolean;
  /** The library's count, as two halves in its own memory; `undefined` where Node can't lend that. */
  #words: Uint32Array | undefined;
  #first = 0;
  #second = 0;
  /** The count that all which is kept belongs to. */
  #generation = 0;

  constructor(handle: number, users: number | undefined) {
    this.#handle = handle;
    this.#isOff = users === 0;
    const counter = this.#isOff ? undefined : native.counter(handle);
    this.#words = counter && new Uint32Array(counter);
    this.users = new Keys(users ?? USERS);
    this.usernames = new Keys(users ?? USERS);
  }

  /** Drops what may be out of date. Call it before each look-up, and pass what it returns to {@link keep}. */
  begin(): number {
    if (this.#isOff) {
      return 0;
    }
    if (this.#words !== undefined) {
      // The count never goes back, so while both halves are the same it is, too.
      const first = Atomics.load(this.#words, 0);
      const second = Atomics.load(this.#words, 1);
      if (first === this.#first && second === this.#second) {
        return this.#generation;
      }
      // Before the count is asked for: if it moves on meanwhile, the next look asks again.
      this.#first = first;
      this.#second = second;
    }
    const generation = native.generation(this.#handle);
    if (generation !== this.#generation) {
      this.users.clear();
      this.usernames.clear();
      this.#generation = generation;
    }
    return generation;
  }

  /** Forgets everything for good. A shared directory goes on counting after this handle is closed. */
  close(): void {
    this.#words = undefined;
    this.users.clear();
    this.usernames.clear();
    this.#generation = 0;
  }

  /** Keeps a user who was looked up after `generation` was read, and returns the user. */
  keep(keys: Keys, key: string, generation: number, user: User | undefined): User | undefined {
    if (user !== undefined && generation !== 0 && generation === this.#generation) {
      keys.set(key, user);
    }
    return user;
  }
}

/**
 * Users by a key, up to a number of keys. Each half is given up as a whole, so that at least
 * the half that was used last stays, rounded down if there is room for more than one.
 */
class Keys {
  #half: number;
  /** Whether there is only room for one: then there is no old half. */
  #isOne: boolean;
  #young = new Map<string, User>();
  #old = new Map<string, User>();

  constructor(keys: number) {
    this.#half = Math.max(1, Math.floor(keys / 2));
    this.#isOne = keys === 1;
  }

  get(key: string): User | undefined {
    const user = this.#young.get(key);
    if (user !== undefined || this.#old.size === 0) {
      return user;
    }
    const found = this.#old.get(key);
    if (found !== undefined) {
      this.set(key, found);
    }
    return found;
  }

  set(key: string, user: User): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#isOne ? new Map() : this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, user);
  }

  clear(): void {
    if (this.#young.size > 0) {
      this.#young.clear();
      this.#old.clear();
    }
  }
}
