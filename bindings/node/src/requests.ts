/** Arguments as the addon takes them. */

import { isObject, known, moment, notNull, pairs, text, version } from "./checks";
import type {
  CopyOptions,
  License,
  NewUser,
  NewWorkspace,
  OpenOptions,
  Role,
  UserQuery,
  UserRef,
  UserUpdate,
  WorkspaceRef,
} from "./types";

/** An operation of a batch, in the JSON of the library. @internal */
export type Op = { op: string; if_version?: number } & Record<string, unknown>;

/** A user as the addon takes it; what is none is left to it to refuse. @internal */
export function userRef(user: UserRef): string {
  return isObject(user) ? user.id : user;
}

/** @internal */
export function workspaceRef(workspace: WorkspaceRef): number | string {
  return isObject(workspace) ? workspace.id : workspace;
}

/** The names that an object may have; the compiler checks that none is missing. */
type Names<T> = Readonly<Record<keyof T, true>>;

const USER: Names<NewUser> = {
  email: true,
  id: true,
  username: true,
  givenName: true,
  familyName: true,
  active: true,
  admin: true,
  attributes: true,
  externalIds: true,
  createdAt: true,
};

const UPDATE: Names<UserUpdate> = {
  ifVersion: true,
  email: true,
  username: true,
  givenName: true,
  familyName: true,
  admin: true,
  attributes: true,
  replaceAttributes: true,
  externalIds: true,
};

const QUERY: Names<UserQuery> = {
  active: true,
  admin: true,
  workspace: true,
  role: true,
  emailPrefix: true,
  emailDomain: true,
  usernamePrefix: true,
  search: true,
  attributes: true,
  hasAttributes: true,
  createdSince: true,
  createdBefore: true,
  changedSince: true,
  changedBefore: true,
  seenSince: true,
  seenBefore: true,
  sort: true,
  descending: true,
  limit: true,
  after: true,
};

const WORKSPACE: Names<NewWorkspace> = { name: true, owner: true, externalIds: true };

const SYNC_OPEN: Names<Omit<OpenOptions, "openTimeoutMs" | "signal">> = {
  createIfMissing: true,
  licenseIfNew: true,
  readOnly: true,
  shared: true,
  hostCacheUsers: true,
  cacheBytes: true,
  pageCacheBytes: true,
  logBytes: true,
  salvageLog: true,
  syncIntervalMs: true,
};

/** @internal */
export const OPTIONS = {
  open: { ...SYNC_OPEN, openTimeoutMs: true, signal: true } satisfies Names<OpenOptions>,
  openSync: SYNC_OPEN,
  copy: { overwrite: true, openTimeoutMs: true, signal: true } satisfies Names<CopyOptions>,
  overwrite: { overwrite: true },
  follow: { signal: true },
} as const;

/** `createdAt` as `created_at`: names of fields as the library has them. */
function snakeCase(fields: object): Record<string, unknown> {
  const named = Object.entries(fields).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named) as Record<string, unknown>;
}

/** @internal */
export function query(given: UserQuery): object {
  // The first page has no cursor.
  const { workspace, admin, ...query } = notNull(known(given, QUERY), ["after"]);
  return {
    ...snakeCase(query),
    attributes: pairs("attributes", query.attributes),
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

/** The names and values of a user. */
function facts({ attributes, externalIds }: NewUser | UserUpdate): object {
  return { attributes: pairs("attributes", attributes), external_ids: pairs("externalIds", externalIds) };
}

/** The operations of batches. @internal */
export const ops = {
  createUser: (user: NewUser | string): Op =>
    isObject(user)
      ? { ...snakeCase(known(user, USER)), ...facts(user), created_at: moment(user.createdAt), op: "create_user" }
      : { op: "create_user", email: text("email", user) },
  updateUser: (user: UserRef, update: UserUpdate): Op => ({
    ...snakeCase(notNull(known(update, UPDATE), ["username", "givenName", "familyName"])),
    ...facts(update),
    op: "update_user",
    ...(update.ifVersion !== undefined && { if_version: version(update.ifVersion) }),
    user: userRef(user),
  }),
  activateUser: (user: UserRef): Op => ({ op: "activate_user", user: userRef(user) }),
  deactivateUser: (user: UserRef): Op => ({ op: "deactivate_user", user: userRef(user) }),
  deleteUser: (user: UserRef): Op => ({ op: "delete_user", user: userRef(user) }),
  setLicense: (license: License): Op => ({ op: "set_license", license }),
  createWorkspace: (workspace: NewWorkspace): Op => {
    const { name, owner, externalIds } = known(workspace, WORKSPACE);
    return {
      op: "create_workspace",
      name,
      owner: owner === undefined ? undefined : userRef(owner),
      external_ids: pairs("externalIds", externalIds),
    };
  },
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
