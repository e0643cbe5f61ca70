/** Waiting for a file that somebody else has open: without a thread, and until it is cancelled. */

import { setTimeout as sleep } from "node:timers/promises";

import { signal as checkedSignal, timeout } from "./checks";
import { HeadcountError } from "./errors";

/** The first pause, and the longest. */
const PAUSE_MIN_MS = 1;
const PAUSE_MAX_MS = 25;

/**
 * Calls `attempt` until it does something other than to be refused with `already_open`, or
 * the time is over. @internal
 */
export async function untilFree<T>(
  options: { openTimeoutMs?: number | undefined; signal?: AbortSignal | undefined },
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + timeout(options.openTimeoutMs);
  const signal = checkedSignal(options.signal);
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
      const sleeping = sleep(Math.min(pause * (0.5 + Math.random()), left), undefined, { signal });
      // Only the signal ends it early, and its own reason is thrown above.
      await sleeping.catch(() => undefined);
    }
  }
}
