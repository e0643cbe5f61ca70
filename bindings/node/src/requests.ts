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
  return typeof user === "object" && user !== null ? user.id : user;
}

/** @internal */
export function workspaceRef(workspace: WorkspaceRef): number | string {
  return typeof workspace === "object" && workspace !== null ? workspace.id : workspace;
}

function moment(moment: Date | string | undefined): string | undefined {
  // JSON has the same text for a date, and null for an invalid one, which is refused.
  return moment instanceof Date ? (Number.isNaN(moment.getTime()) ? "" : moment.toISOString()) : moment;
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
    user: typeof user === "string" ? { email: user } : { ...user, createdAt: moment(user.createdAt) },
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
  createWorkspace: (workspace: NewWorkspace | string): Op =>
    typeof workspace === "string"
      ? { do: "createWorkspace", name: workspace }
      : {
          do: "createWorkspace",
          ...workspace,
          owner: workspace.owner === undefined ? undefined : userRef(workspace.owner),
        },
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
