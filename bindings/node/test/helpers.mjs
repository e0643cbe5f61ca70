// What several tests need.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Batch } from "headcount";

/** A folder that is removed when the test ends. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "headcount-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The path of a file in such a folder. */
export const file = (t) => join(folder(t), "users.redb");

/** Arguments for each operation of a directory that takes no path. */
export const operations = () => {
  const batch = new Batch().createUser("bob@ex.co");
  return {
    user: ["a@ex.co"], userByUsername: ["a"], userByExternalId: ["okta", "1"], usersByEmails: [["a@ex.co"]], usersByIds: [[]],
    touchUser: ["a@ex.co"], lastSeen: ["a@ex.co"], query: [{}], count: [], createUser: ["b@ex.co"], updateUser: ["a@ex.co", { admin: true }],
    activateUser: ["a@ex.co"], deactivateUser: ["a@ex.co"], deleteUser: ["a@ex.co"], seats: [], seatHistory: [], setLicense: [1],
    workspace: [1], workspaceByExternalId: ["okta", "1"], setWorkspaceExternalId: [1, "okta", "1"], createWorkspace: [{ name: "w" }],
    defaultWorkspace: ["a@ex.co"], renameWorkspace: [1, "w"], archiveWorkspace: [1], restoreWorkspace: [1], deleteWorkspace: [1],
    addMember: [1, "a@ex.co", "user"], setRole: [1, "a@ex.co", "user"], removeMember: [1, "a@ex.co"], members: [1],
    workspacesOf: ["a@ex.co"], apply: [batch], preview: [batch], dryRun: [batch], trimChanges: [1], verify: [], findFaults: [],
    stats: [], statsText: [],
  };
};

/** Checks for an error of this kind, and of these fields. */
export const kind = (kind, fields = {}) => (error) => {
  if (error.kind !== kind) throw error;
  for (const [name, value] of Object.entries(fields)) {
    if (error[name] !== value) throw new Error(`${name} is ${error[name]}`, { cause: error });
  }
  return true;
};
