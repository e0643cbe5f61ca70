/** Waiting for a file that somebody else has open: without a thread, and until it is cancelled. */

import { setTimeout as sleep } from "node:timers/promises";

import { HeadcountError } from "./errors";

/** The first pause, and the longest. */
const PAUSE_MIN_MS = 1;
const PAUSE_MAX_MS = 25;

/**
 * Calls `attempt` until it does something other than to be refused with `already_open`, or
 * the time is over. @internal
 */
export async function untilFree<T>(
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + (timeoutMs ?? 0);
  for (let pause = PAUSE_MIN_MS; ; pause = Math.min(2 * pause, PAUSE_MAX_MS)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const left = deadline - performance.now();
      if (!(error instanceof HeadcountError && error.kind === "already_open") || !(left > 0)) {
        throw error;
      }
      // Those who wait for the same file don't ask at the same time.
      await sleep(Math.min(pause * (0.5 + Math.random()), left), undefined, { signal });
    }
  }
}
