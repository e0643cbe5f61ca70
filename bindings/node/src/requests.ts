/** Arguments as the addon takes them. */

import type {
  License,
  NewUser,
  NewWorkspace,
  Role,
  UserQuery,
  UserRef,
  UserUpdate,
  WorkspaceRef,
} from "./types";

/** An operation of a batch, as the addon takes it. @internal */
export type Op = { do: string } & Record<string, unknown>;

/** An operation, and the version that it depends on. @internal */
export interface Step {
  op: Op;
  ifVersion?: number;
}

/** @internal */
export function userRef(user: UserRef): string {
  return isObject(user) ? user.id : user;
}

/** @internal */
export function workspaceRef(workspace: WorkspaceRef): number | string {
  return isObject(workspace) ? workspace.id : workspace;
}

function moment(moment: Date | string | undefined): string | undefined {
  // JSON has the same text for a date, and null for an invalid one, which is refused.
  return moment instanceof Date ? (Number.isNaN(moment.getTime()) ? "" : moment.toISOString()) : moment;
}

/** What is no object is left to the addon to refuse. */
function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** @internal */
export function query(query: UserQuery): object {
  return {
    ...query,
    workspace: query.workspace === undefined ? undefined : workspaceRef(query.workspace),
    createdSince: moment(query.createdSince),
    changedSince: moment(query.changedSince),
  };
}

/** The operations of batches. @internal */
export const ops = {
  createUser: (user: NewUser | string): Op => ({
    do: "createUser",
    user:
      typeof user === "string"
        ? { email: user }
        : isObject(user)
          ? { ...user, createdAt: moment(user.createdAt) }
          : user,
  }),
  updateUser: (user: UserRef, update: UserUpdate): Op => ({
    do: "updateUser",
    user: userRef(user),
    update,
  }),
  activateUser: (user: UserRef): Op => ({ do: "activateUser", user: userRef(user) }),
  deactivateUser: (user: UserRef): Op => ({ do: "deactivateUser", user: userRef(user) }),
  deleteUser: (user: UserRef): Op => ({ do: "deleteUser", user: userRef(user) }),
  setLicense: (license: License): Op => ({ do: "setLicense", license }),
  createWorkspace: ({ name, owner }: NewWorkspace): Op => ({
    do: "createWorkspace",
    name,
    owner: owner === undefined ? undefined : userRef(owner),
  }),
  defaultWorkspace: (user: UserRef): Op => ({ do: "defaultWorkspace", user: userRef(user) }),
  renameWorkspace: (workspace: WorkspaceRef, name: string): Op => ({
    do: "renameWorkspace",
    workspace: workspaceRef(workspace),
    name,
  }),
  archiveWorkspace: (workspace: WorkspaceRef): Op => ({
    do: "archiveWorkspace",
    workspace: workspaceRef(workspace),
  }),
  restoreWorkspace: (workspace: WorkspaceRef): Op => ({
    do: "restoreWorkspace",
    workspace: workspaceRef(workspace),
  }),
  deleteWorkspace: (workspace: WorkspaceRef): Op => ({
    do: "deleteWorkspace",
    workspace: workspaceRef(workspace),
  }),
  addMember: (workspace: WorkspaceRef, user: UserRef, role: Role): Op => ({
    do: "addMember",
    workspace: workspaceRef(workspace),
    user: userRef(user),
    role,
  }),
  setRole: (workspace: WorkspaceRef, user: UserRef, role: Role): Op => ({
    do: "setRole",
    workspace: workspaceRef(workspace),
    user: userRef(user),
    role,
  }),
  removeMember: (workspace: WorkspaceRef, user: UserRef): Op => ({
    do: "removeMember",
    workspace: workspaceRef(workspace),
    user: userRef(user),
  }),
};
