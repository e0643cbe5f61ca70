/** Lists that are read in parts, asynchronously or not. */

import { type Answer, native, open } from "./native";
import { encoded } from "./checks";

/** How a list is asked for, and what its parts are. @internal */
export interface Source<T> {
  handle: number;
  ask: object;
  part(answer: Answer): T[];
}

function next(cursor: unknown): string {
  return JSON.stringify({ do: "next", cursor });
}

function drop(cursor: unknown): string {
  return JSON.stringify({ do: "drop", cursor });
}

/** Whether there is more; users come with a flag, and other records end with a short part. */
function isLast(answer: Answer): boolean {
  return answer.json === undefined || answer.json === false || (Array.isArray(answer.json) && answer.json.length === 0);
}

/**
 * A list, as the directory is at the moment when reading begins. It can be read any
 * number of times; each time it holds that state of the directory until its end, so it
 * should be read quickly, or left by `break`.
 *
 * @example
 * ```js
 * for await (const user of directory.users()) console.log(user.email);
 * const all = await directory.users().toArray();
 * ```
 */
export class List<T> implements AsyncIterable<T> {
  #source: Source<T>;

  /** @internal */
  constructor(source: Source<T>) {
    this.#source = source;
  }

  /** The list one by one. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new Elements(this.batches());
  }

  /** The list in parts, as they are read: the quickest way through it. */
  async *batches(): AsyncGenerator<T[], void, undefined> {
    const { handle, ask, part } = this.#source;
    const cursor = open(await native.call(handle, encoded(ask))).json;
    let ended = false;
    try {
      while (!ended) {
        const answer = open(await native.call(handle, next(cursor)));
        ended = isLast(answer);
        const elements = part(answer);
        if (elements.length > 0) {
          yield elements;
        }
      }
    } finally {
      if (!ended) {
        // A directory that was closed has given it up.
        await native.call(handle, drop(cursor));
      }
    }
  }

  /** All of the list. */
  async toArray(): Promise<T[]> {
    const all: T[] = [];
    for await (const batch of this.batches()) {
      for (const element of batch) {
        all.push(element);
      }
    }
    return all;
  }
}

/** A list that is read synchronously, as {@link List} is asynchronously. */
export class ListSync<T> implements Iterable<T> {
  #source: Source<T>;

  /** @internal */
  constructor(source: Source<T>) {
    this.#source = source;
  }

  /** The list one by one. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const batch of this.batches()) {
      yield* batch;
    }
  }

  /** The list in parts, as they are read. */
  *batches(): Generator<T[], void, undefined> {
    const { handle, ask, part } = this.#source;
    const cursor = open(native.callSync(handle, encoded(ask))).json;
    let ended = false;
    try {
      while (!ended) {
        const answer = open(native.callSync(handle, next(cursor)));
        ended = isLast(answer);
        const elements = part(answer);
        if (elements.length > 0) {
          yield elements;
        }
      }
    } finally {
      if (!ended) {
        native.callSync(handle, drop(cursor));
      }
    }
  }

  /** All of the list. */
  toArray(): T[] {
    const all: T[] = [];
    for (const batch of this.batches()) {
      for (const element of batch) {
        all.push(element);
      }
    }
    return all;
  }
}

/** The elements of batches, with one promise for each and no generator between. */
class Elements<T> implements AsyncIterableIterator<T> {
  #batches: AsyncGenerator<T[], void, undefined>;
  #batch: T[] = [];
  #at = 0;
  /** Calls that came while a batch was being read wait for those before them. */
  #reading: Promise<unknown> | undefined;

  constructor(batches: AsyncGenerator<T[], void, undefined>) {
    this.#batches = batches;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#reading === undefined && this.#at < this.#batch.length) {
      return Promise.resolve({ value: this.#batch[this.#at++] as T, done: false });
    }
    const read = (this.#reading ?? Promise.resolve()).then(() => this.#read());
    const settled = read.then(
      () => undefined,
      () => undefined,
    );
    this.#reading = settled;
    void settled.then(() => {
      if (this.#reading === settled) {
        this.#reading = undefined;
      }
    });
    return read;
  }

  async #read(): Promise<IteratorResult<T, void>> {
    while (this.#at >= this.#batch.length) {
      const { value, done } = await this.#batches.next();
      if (done) {
        return { value: undefined, done: true };
      }
      this.#batch = value;
      this.#at = 0;
    }
    return { value: this.#batch[this.#at++] as T, done: false };
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#batch = [];
    this.#at = 0;
    await this.#batches.return();
    return { value: undefined, done: true };
  }
}
