/** Arguments as the addon takes them. */

import { fileURLToPath } from "node:url";

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

/** An operation of a batch, in the JSON of the library. @internal */
export type Op = { op: string; if_version?: number } & Record<string, unknown>;

/** @internal */
export function userRef(user: UserRef): string {
  return isObject(user) ? user.id : user;
}

/** @internal */
export function workspaceRef(workspace: WorkspaceRef): number | string {
  return isObject(workspace) ? workspace.id : workspace;
}

/** A path as the addon takes it. @internal */
export function pathOf(path: string | URL): string {
  return path instanceof URL ? fileURLToPath(path) : path;
}

/** @internal */
export function moment(moment: Date | string | undefined): string | undefined {
  // JSON has the same text for a date, and null for an invalid one, which is refused.
  return moment instanceof Date ? (Number.isNaN(moment.getTime()) ? "" : moment.toISOString()) : moment;
}

/** What is no object is left to the addon to refuse. */
function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** `createdAt` as `created_at`: names of fields as the library has them. */
function snakeCase(fields: object): Record<string, unknown> {
  const named = Object.entries(fields).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named) as Record<string, unknown>;
}

/** @internal */
export function query({ workspace, admin, ...query }: UserQuery): object {
  return {
    ...snakeCase(query),
    admins: admin,
    member_of: workspace === undefined ? undefined : workspaceRef(workspace),
    created_since: moment(query.createdSince),
    created_before: moment(query.createdBefore),
    changed_since: moment(query.changedSince),
    changed_before: moment(query.changedBefore),
    seen_since: moment(query.seenSince),
    seen_before: moment(query.seenBefore),
  };
}

/** The operations of batches. @internal */
export const ops = {
  createUser: (user: NewUser | string): Op =>
    isObject(user)
      ? { ...snakeCase(user), created_at: moment(user.createdAt), op: "create_user" }
      : { op: "create_user", email: user },
  updateUser: (user: UserRef, update: UserUpdate): Op => ({
    ...(isObject(update) ? snakeCase(update) : { update }),
    op: "update_user",
    user: userRef(user),
  }),
  activateUser: (user: UserRef): Op => ({ op: "activate_user", user: userRef(user) }),
  deactivateUser: (user: UserRef): Op => ({ op: "deactivate_user", user: userRef(user) }),
  deleteUser: (user: UserRef): Op => ({ op: "delete_user", user: userRef(user) }),
  setLicense: (license: License): Op => ({ op: "set_license", license }),
  createWorkspace: ({ name, owner, externalIds }: NewWorkspace): Op => ({
    op: "create_workspace",
    name,
    owner: owner === undefined ? undefined : userRef(owner),
    external_ids: externalIds,
  }),
  setWorkspaceExternalId: (workspace: WorkspaceRef, provisioner: string, id: string | null): Op => ({
    op: "set_workspace_external_id",
    workspace: workspaceRef(workspace),
    provisioner,
    id,
  }),
  defaultWorkspace: (user: UserRef): Op => ({ op: "default_workspace", user: userRef(user) }),
  renameWorkspace: (workspace: WorkspaceRef, name: string): Op => ({
    op: "rename_workspace",
    workspace: workspaceRef(workspace),
    name,
  }),
  archiveWorkspace: (workspace: WorkspaceRef): Op => ({
    op: "archive_workspace",
    workspace: workspaceRef(workspace),
  }),
  restoreWorkspace: (workspace: WorkspaceRef): Op => ({
    op: "restore_workspace",
    workspace: workspaceRef(workspace),
  }),
  deleteWorkspace: (workspace: WorkspaceRef): Op => ({
    op: "delete_workspace",
    workspace: workspaceRef(workspace),
  }),
  addMember: (workspace: WorkspaceRef, user: UserRef, role: Role): Op => ({
    op: "add_member",
    workspace: workspaceRef(workspace),
    user: userRef(user),
    role,
  }),
  setRole: (workspace: WorkspaceRef, user: UserRef, role: Role): Op => ({
    op: "set_role",
    workspace: workspaceRef(workspace),
    user: userRef(user),
    role,
  }),
  removeMember: (workspace: WorkspaceRef, user: UserRef): Op => ({
    op: "remove_member",
    workspace: workspaceRef(workspace),
    user: userRef(user),
  }),
};
