/** Changes as they come. */

import { native, open } from "./native";
import { changeOf } from "./operations";
import { encoded } from "./checks";
import type { Change } from "./types";

/** Changes read at a time. */
const READ_AHEAD = 256;

/** Tells the waits of this thread apart. */
let tickets = 0;

/**
 * The changes of a directory as they are made; `next()` waits for the next one. Created by
 * {@link Directory.follow}.
 *
 * The loop ends with an error: `closed` when the directory is closed, `AbortError` when
 * the signal is aborted, `history_trimmed` or `change_not_yet` when there are no changes
 * after the position. Store {@link position} to continue after a restart.
 *
 * @example
 * ```js
 * for await (const change of directory.follow(position, { signal })) {
 *   for (const event of change.events) console.log(change.sequence, event.event);
 * }
 * ```
 */
export class Feed implements AsyncIterableIterator<Change>, AsyncDisposable {
  #handle: number;
  #signal: AbortSignal | undefined;
  #position: number;
  /** The number of the last change that was read, at or after the position. */
  #read: number;
  #ahead: Change[] = [];
  #ticket: number | undefined;
  #isOver = false;
  /** Calls wait for those before them. */
  #last: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(handle: number, after: number, signal: AbortSignal | undefined) {
    this.#handle = handle;
    this.#position = after;
    this.#read = after;
    this.#signal = signal;
  }

  /** The number of the change that was returned last, or where the feed began. */
  get position(): number {
    return this.#position;
  }

  /** The feed itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next change; waits until there is one. */
  next(): Promise<IteratorResult<Change, undefined>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Ends the feed, also while it waits. */
  return(): Promise<IteratorResult<Change, undefined>> {
    this.#isOver = true;
    this.#cancel();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Ends the feed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #next(): Promise<IteratorResult<Change, undefined>> {
    while (!this.#isOver) {
      this.#signal?.throwIfAborted();
      const change = this.#ahead.shift();
      if (change !== undefined) {
        this.#position = change.sequence;
        return { value: change, done: false };
      }
      const request = { do: "changesNow", after: this.#read, limit: READ_AHEAD };
      const answer = open(await native.call(this.#handle, encoded(request)));
      this.#ahead = (answer.json as unknown[]).map(changeOf);
      this.#read = this.#ahead.at(-1)?.sequence ?? this.#read;
      if (this.#ahead.length === 0 && !this.#isOver && !this.#signal?.aborted) {
        await this.#wait();
      }
    }
    return { value: undefined, done: true };
  }

  /** Waits for a change, or to be cancelled. */
  async #wait(): Promise<void> {
    const cancel = (): void => this.#cancel();
    this.#ticket = ++tickets;
    this.#signal?.addEventListener("abort", cancel, { once: true });
    try {
      await native.wait(this.#handle, this.#ticket, this.#read);
    } finally {
      this.#signal?.removeEventListener("abort", cancel);
      this.#ticket = undefined;
    }
  }

  #cancel(): void {
    if (this.#ticket !== undefined) {
      native.cancel(this.#handle, this.#ticket);
    }
  }
}
