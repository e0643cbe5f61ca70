/** Batches: operations that succeed or fail together. */

import { invalid, text, version } from "./checks";
import { type Op, ops, userRef } from "./requests";
import type { License, NewUser, NewWorkspace, Role, UserRef, UserUpdate, WorkspaceRef } from "./types";

/** Who writes, and through which door, where that was said. @internal */
export interface Writer {
  readonly actor?: string | undefined;
  readonly door?: string | undefined;
}

/** Operations on what has no version yet. */
const CREATING = new Set(["create_user", "create_workspace", "default_workspace", "add_member"]);

/**
 * Operations that succeed or fail together, for {@link Operations.apply}.
 *
 * Each sees the effects of those before it. Seats, admins, owners and uniqueness
 * are judged once, at the end: when all seats are in use, one user can leave and another join.
 *
 * @example
 * ```js
 * const swap = new Batch().activateUser("bob@ex.co").deactivateUser("ann@ex.co");
 * await directory.apply(swap.requestId(crypto.randomUUID()));
 * ```
 */
export class Batch {
  #operations: Op[] = [];
  #actor: string | undefined;
  #door: string | undefined;
  #requestId: string | undefined;
  #allowOwnerless = false;

  /** The number of operations. */
  get length(): number {
    return this.#operations.length;
  }

  /** Creates a user; a text is the email address. */
  createUser(user: NewUser | string): this {
    return this.#push(ops.createUser(user));
  }

  /** Changes fields of a user. */
  updateUser(user: UserRef, update: UserUpdate): this {
    return this.#push(ops.updateUser(user, update));
  }

  /** Makes a user active. */
  activateUser(user: UserRef): this {
    return this.#push(ops.activateUser(user));
  }

  /** Makes a user inactive. */
  deactivateUser(user: UserRef): this {
    return this.#push(ops.deactivateUser(user));
  }

  /** Deletes a user for good. */
  deleteUser(user: UserRef): this {
    return this.#push(ops.deleteUser(user));
  }

  /** Sets the license. */
  setLicense(license: License): this {
    return this.#push(ops.setLicense(license));
  }

  /** Creates a workspace. */
  createWorkspace(workspace: NewWorkspace): this {
    return this.#push(ops.createWorkspace(workspace));
  }

  /** Creates a user's default workspace, unless there is one. */
  defaultWorkspace(user: UserRef): this {
    return this.#push(ops.defaultWorkspace(user));
  }

  /** Renames a workspace. */
  renameWorkspace(workspace: WorkspaceRef, name: string): this {
    return this.#push(ops.renameWorkspace(workspace, name));
  }

  /** Sets the id that a provisioner has for a workspace; `null` to remove it. */
  setWorkspaceExternalId(workspace: WorkspaceRef, provisioner: string, id: string | null): this {
    return this.#push(ops.setWorkspaceExternalId(workspace, provisioner, id));
  }

  /** Archives a workspace. */
  archiveWorkspace(workspace: WorkspaceRef): this {
    return this.#push(ops.archiveWorkspace(workspace));
  }

  /** Restores an archived workspace. */
  restoreWorkspace(workspace: WorkspaceRef): this {
    return this.#push(ops.restoreWorkspace(workspace));
  }

  /** Deletes a workspace and its memberships for good. */
  deleteWorkspace(workspace: WorkspaceRef): this {
    return this.#push(ops.deleteWorkspace(workspace));
  }

  /** Adds a member. Does nothing if the user is a member in this role. */
  addMember(workspace: WorkspaceRef, user: UserRef, role: Role): this {
    return this.#push(ops.addMember(workspace, user, role));
  }

  /** Changes the role of a member. */
  setRole(workspace: WorkspaceRef, user: UserRef, role: Role): this {
    return this.#push(ops.setRole(workspace, user, role));
  }

  /** Removes a member. */
  removeMember(workspace: WorkspaceRef, user: UserRef): this {
    return this.#push(ops.removeMember(workspace, user));
  }

  /**
   * Makes the last operation depend on the version of the record that it changes:
   * with another version, the batch is refused with `conflict`. It has no effect on operations
   * that create something. Throws `invalid_argument` for a batch without operations.
   */
  ifVersion(expected: number): this {
    const last = this.#operations.at(-1);
    const wanted = version(expected);
    if (last === undefined) {
      throw invalid("`ifVersion` is of the operation before it, and there is none: append one first");
    }
    if (!CREATING.has(last.op)) {
      last.if_version = wanted;
    }
    return this;
  }

  /** Sets the user who makes the changes. They can't deactivate or delete themselves. */
  actor(actor: string | { readonly id: string }): this {
    this.#actor = text("actor", userRef(actor));
    return this;
  }

  /** Sets the door that the batch comes through: see {@link Directory.through}. */
  door(door: string): this {
    this.#door = text("door", door);
    return this;
  }

  /**
   * Makes the batch safe to send again: if the same batch was applied with this
   * id, a UUID, its outcome is returned and nothing is done, also after a restart.
   */
  requestId(id: string): this {
    this.#requestId = text("requestId", id);
    return this;
  }

  /** Allows workspaces to be left without an active owner, for offboarding. */
  allowOwnerless(): this {
    this.#allowOwnerless = true;
    return this;
  }

  #push(op: Op): this {
    this.#operations.push(op);
    return this;
  }

  /** As the addon takes it, written by `writer` where the batch doesn't say otherwise. @internal */
  toRequest({ actor, door }: Writer): object {
    return {
      operations: this.#operations,
      actor: this.#actor ?? actor,
      door: this.#door ?? door,
      request_id: this.#requestId,
      allow_ownerless: this.#allowOwnerless,
    };
  }
}
