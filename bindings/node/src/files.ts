/** What is done with files of directories that nobody has open. */

import { native, open } from "./native";
import { copied } from "./operations";
import { encoded, known, pathOf } from "./checks";
import { OPTIONS } from "./requests";
import type { Copied, CopyOptions, Inspection, Repaired } from "./types";
import { untilFree } from "./waiting";

async function ask(request: object): Promise<unknown> {
  return open(await native.call(0, encoded(request))).json;
}

/**
 * Puts a verified copy of the directory in the file `backup` at `path`. A
 * directory that is there stays as it is unless `overwrite` is set, and until the copy is
 * complete.
 */
export async function restore(backup: string | URL, path: string | URL, options: CopyOptions = {}): Promise<Copied> {
  known(options, OPTIONS.copy);
  const request = {
    do: "restore",
    backup: pathOf(backup, "backup"),
    path: pathOf(path),
    overwrite: options.overwrite ?? false,
  };
  return untilFree(options, async () =>
    copied({ json: await ask(request), users: [] }),
  );
}

/** Makes a file as small as possible. Nobody may have it open. */
export async function compact(path: string | URL): Promise<{ readonly bytesBefore: number; readonly bytes: number }> {
  return (await ask({ do: "compact", path: pathOf(path) })) as { bytesBefore: number; bytes: number };
}

/**
 * Lists what is wrong with a file, even if it is too damaged to be opened: up to
 * `limit` faults.
 */
export async function findFaults(path: string | URL, limit = 100): Promise<Inspection> {
  return (await ask({ do: "findFaultsOf", path: pathOf(path), limit })) as Inspection;
}

/** Tells what {@link repair} would do to a file, and writes nothing. */
export async function planRepair(path: string | URL, limit = 100): Promise<Repaired> {
  return (await ask({ do: "planRepair", path: pathOf(path), limit })) as Repaired;
}

/**
 * Repairs a damaged file. Records that can't be kept are moved to the new
 * file `aside`, which then has personal data. A backup, if there is one, has more in it.
 */
export async function repair(path: string | URL, aside: string | URL, limit = 100): Promise<Repaired> {
  return (await ask({ do: "repair", path: pathOf(path), aside: pathOf(aside, "aside"), limit })) as Repaired;
}
