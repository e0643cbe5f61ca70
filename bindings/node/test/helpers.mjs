// What several tests need.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is removed when the test ends. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "headcount-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The path of a file in such a folder. */
export const file = (t) => join(folder(t), "users.redb");

/** Checks for an error of this kind, and of these fields. */
export const kind = (kind, fields = {}) => (error) => {
  if (error.kind !== kind) throw error;
  for (const [name, value] of Object.entries(fields)) {
    if (error[name] !== value) throw new Error(`${name} is ${error[name]}`, { cause: error });
  }
  return true;
};
