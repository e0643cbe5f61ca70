package headcount;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Operations that succeed or fail together. Each sees what the ones before it did. What must be
 * unique, seats, admins and the owners of workspaces are judged once, at the end, on the net result:
 * in a full house one user can leave and another come in.
 *
 * <pre>{@code
 * directory.apply(new Batch().deactivateUser("old@ex.co").createUser(NewUser.of("new@ex.co")));
 * }</pre>
 */
public final class Batch {
    private final List<Operation> operations = new ArrayList<>();
    private @Nullable UUID actor;
    private @Nullable String door;
    private @Nullable UUID requestId;
    private boolean allowOwnerless;

    private interface Adder {
        void add(Frame frame, MemorySegment batch);
    }

    private record Operation(Adder adder, @Nullable Long ifVersion) {
        void addTo(MemorySegment batch) {
            try (Frame frame = Frame.open()) {
                adder.add(frame, batch);
                if (ifVersion != null) {
                    frame.check(Native.hc_batch_set_if_version(batch, ifVersion, frame.error()));
                }
            }
        }
    }

    /** A native batch of the operations that are not malformed. */
    record WellFormed(MemorySegment batch, List<Integer> indexes, List<HeadcountException> malformed) {}

    /** A batch of nothing. */
    public Batch() {}

    /**
     * Says who makes these changes: it is recorded, and the actor can't deactivate or delete themself.
     *
     * @param actor the id of a user
     * @return this
     */
    public Batch actor(UUID actor) {
        this.actor = actor;
        return this;
    }

    /**
     * Says through which door the batch comes, before that of {@link Directory#through}.
     *
     * @param door 1 to 32 letters, digits and {@code -_.:/} of ASCII
     * @return this
     */
    public Batch door(String door) {
        this.door = door;
        return this;
    }

    /**
     * Makes the batch one that can be sent again: when the same batch was applied with this id before,
     * its outcome is returned and nothing is done. Another batch with a known id is refused with {@link
     * ErrorKind#REQUEST_ID_REUSED}.
     *
     * @param requestId an id that is drawn for this request
     * @return this
     */
    public Batch requestId(UUID requestId) {
        this.requestId = requestId;
        return this;
    }

    /**
     * Says whether workspaces may be left without an active owner, which is recorded in the change.
     *
     * @param allow false by default
     * @return this
     */
    public Batch allowOwnerless(boolean allow) {
        allowOwnerless = allow;
        return this;
    }

    /**
     * Refuses the batch with {@link ErrorKind#CONFLICT} unless what the last operation changes is at this
     * version. It has no effect on operations that create something.
     *
     * @param version the version that is expected
     * @return this
     * @throws IllegalStateException for a batch without operations
     */
    public Batch ifVersion(long version) {
        if (operations.isEmpty()) {
            throw new IllegalStateException("append an operation first");
        }
        operations.add(new Operation(operations.removeLast().adder(), version));
        return this;
    }

    /**
     * How many operations there are.
     *
     * @return the number
     */
    public int size() {
        return operations.size();
    }

    /**
     * Appends: make a user active, as {@link Directory#activateUser} does.
     *
     * @param ref the user
     * @return this
     */
    public Batch activateUser(String ref) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_activate_user(b, u, u.byteSize(), f.error()));
        });
    }

    /**
     * Appends: make a user inactive, as {@link Directory#deactivateUser} does.
     *
     * @param ref the user
     * @return this
     */
    public Batch deactivateUser(String ref) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_deactivate_user(b, u, u.byteSize(), f.error()));
        });
    }

    /**
     * Appends: delete a user for good, as {@link Directory#deleteUser} does.
     *
     * @param ref the user
     * @return this
     */
    public Batch deleteUser(String ref) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_delete_user(b, u, u.byteSize(), f.error()));
        });
    }

    /**
     * Appends: make a user's default workspace, unless there is one.
     *
     * @param ref the user
     * @return this
     */
    public Batch defaultWorkspace(String ref) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_default_workspace(b, u, u.byteSize(), f.error()));
        });
    }

    /**
     * Appends: set the license.
     *
     * @param license the license
     * @return this
     */
    public Batch setLicense(License license) {
        return append((f, b) -> f.check(Native.hc_batch_set_license(b, license.code(), license.count(), f.error())));
    }

    /**
     * Appends: create a workspace, as {@link Directory#createWorkspace} does. Later operations can name
     * it; its id is in the outcome.
     *
     * @param name its name
     * @param owner its first owner; empty for none
     * @return this
     */
    public Batch createWorkspace(String name, String owner) {
        return append((f, b) -> {
            MemorySegment n = f.text(name);
            MemorySegment o = f.text(owner);
            f.check(Native.hc_batch_create_workspace(b, n, n.byteSize(), o, o.byteSize(), f.error()));
        });
    }

    /**
     * Appends: give a workspace another name.
     *
     * @param workspace its id
     * @param name the new name
     * @return this
     */
    public Batch renameWorkspace(long workspace, String name) {
        return append((f, b) -> {
            MemorySegment n = f.text(name);
            f.check(Native.hc_batch_rename_workspace(b, MemorySegment.NULL, 0, workspace, n, n.byteSize(), f.error()));
        });
    }

    /**
     * Appends: give a workspace another name.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param name the new name
     * @return this
     */
    public Batch renameWorkspace(String workspace, String name) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            MemorySegment n = f.text(name);
            f.check(Native.hc_batch_rename_workspace(b, w, w.byteSize(), 0, n, n.byteSize(), f.error()));
        });
    }

    /**
     * Appends: set the id that a provisioner has for a workspace.
     *
     * @param workspace its id
     * @param provisioner who gave it
     * @param id the id
     * @return this
     */
    public Batch setWorkspaceExternalId(long workspace, String provisioner, String id) {
        return externalId("", workspace, provisioner, id);
    }

    /**
     * Appends: set the id that a provisioner has for a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param provisioner who gave it
     * @param id the id
     * @return this
     */
    public Batch setWorkspaceExternalId(String workspace, String provisioner, String id) {
        return externalId(workspace, 0, provisioner, id);
    }

    /**
     * Appends: remove the id that a provisioner has for a workspace.
     *
     * @param workspace its id
     * @param provisioner who gave it
     * @return this
     */
    public Batch removeWorkspaceExternalId(long workspace, String provisioner) {
        return externalId("", workspace, provisioner, null);
    }

    /**
     * Appends: remove the id that a provisioner has for a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param provisioner who gave it
     * @return this
     */
    public Batch removeWorkspaceExternalId(String workspace, String provisioner) {
        return externalId(workspace, 0, provisioner, null);
    }

    private Batch externalId(String name, long number, String provisioner, @Nullable String id) {
        return append((f, b) -> {
            MemorySegment w = f.text(name);
            MemorySegment p = f.text(provisioner);
            MemorySegment i = id == null ? MemorySegment.NULL : f.text(id);
            f.check(Native.hc_batch_set_workspace_external_id(
                    b, w, w.byteSize(), number, p, p.byteSize(), i, i.byteSize(), f.error()));
        });
    }

    /**
     * Appends: archive a workspace.
     *
     * @param workspace its id
     * @return this
     */
    public Batch archiveWorkspace(long workspace) {
        return append((f, b) -> f.check(Native.hc_batch_archive_workspace(b, MemorySegment.NULL, 0, workspace, f.error())));
    }

    /**
     * Appends: archive a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @return this
     */
    public Batch archiveWorkspace(String workspace) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            f.check(Native.hc_batch_archive_workspace(b, w, w.byteSize(), 0, f.error()));
        });
    }

    /**
     * Appends: restore an archived workspace.
     *
     * @param workspace its id
     * @return this
     */
    public Batch restoreWorkspace(long workspace) {
        return append((f, b) -> f.check(Native.hc_batch_restore_workspace(b, MemorySegment.NULL, 0, workspace, f.error())));
    }

    /**
     * Appends: restore an archived workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @return this
     */
    public Batch restoreWorkspace(String workspace) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            f.check(Native.hc_batch_restore_workspace(b, w, w.byteSize(), 0, f.error()));
        });
    }

    /**
     * Appends: delete a workspace and its memberships for good.
     *
     * @param workspace its id
     * @return this
     */
    public Batch deleteWorkspace(long workspace) {
        return append((f, b) -> f.check(Native.hc_batch_delete_workspace(b, MemorySegment.NULL, 0, workspace, f.error())));
    }

    /**
     * Appends: delete a workspace and its memberships for good.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @return this
     */
    public Batch deleteWorkspace(String workspace) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            f.check(Native.hc_batch_delete_workspace(b, w, w.byteSize(), 0, f.error()));
        });
    }

    /**
     * Appends: make a user a member of a workspace.
     *
     * @param workspace its id
     * @param ref the user
     * @param role the role
     * @return this
     */
    public Batch addMember(long workspace, String ref, Role role) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_add_member(b, MemorySegment.NULL, 0, workspace, u, u.byteSize(), role.code(), f.error()));
        });
    }

    /**
     * Appends: make a user a member of a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param ref the user
     * @param role the role
     * @return this
     */
    public Batch addMember(String workspace, String ref, Role role) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_add_member(b, w, w.byteSize(), 0, u, u.byteSize(), role.code(), f.error()));
        });
    }

    /**
     * Appends: change the role of a member.
     *
     * @param workspace its id
     * @param ref the user
     * @param role the role
     * @return this
     */
    public Batch setRole(long workspace, String ref, Role role) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_set_role(b, MemorySegment.NULL, 0, workspace, u, u.byteSize(), role.code(), f.error()));
        });
    }

    /**
     * Appends: change the role of a member.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param ref the user
     * @param role the role
     * @return this
     */
    public Batch setRole(String workspace, String ref, Role role) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_set_role(b, w, w.byteSize(), 0, u, u.byteSize(), role.code(), f.error()));
        });
    }

    /**
     * Appends: take a member out of a workspace.
     *
     * @param workspace its id
     * @param ref the user
     * @return this
     */
    public Batch removeMember(long workspace, String ref) {
        return append((f, b) -> {
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_remove_member(b, MemorySegment.NULL, 0, workspace, u, u.byteSize(), f.error()));
        });
    }

    /**
     * Appends: take a member out of a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param ref the user
     * @return this
     */
    public Batch removeMember(String workspace, String ref) {
        return append((f, b) -> {
            MemorySegment w = f.text(workspace);
            MemorySegment u = f.text(ref);
            f.check(Native.hc_batch_remove_member(b, w, w.byteSize(), 0, u, u.byteSize(), f.error()));
        });
    }

    /**
     * Appends: create a user, as {@link Directory#createUser} does.
     *
     * @param user what is known of the user
     * @return this
     */
    public Batch createUser(NewUser user) {
        return append((f, b) -> user.use(f, u -> {
            f.check(Native.hc_batch_create_user(b, u, f.error()));
            return null;
        }));
    }

    /**
     * Appends: change fields of a user, as {@link Directory#updateUser} does.
     *
     * @param ref the user
     * @param update what to change
     * @return this
     */
    public Batch updateUser(String ref, UserUpdate update) {
        return append((f, b) -> update.use(f, u -> {
            MemorySegment r = f.text(ref);
            f.check(Native.hc_batch_update_user(b, r, r.byteSize(), u, f.error()));
            return null;
        }));
    }

    private Batch append(Adder adder) {
        operations.add(new Operation(adder, null));
        return this;
    }

    /** Gives the native batch to a function, and frees it. The first malformed operation is thrown. */
    <T> T use(Function<MemorySegment, T> function) {
        return useWellFormed(built -> {
            if (!built.malformed().isEmpty()) {
                throw built.malformed().getFirst();
            }
            return function.apply(built.batch());
        });
    }

    <T> T useWellFormed(Function<WellFormed, T> function) {
        MemorySegment batch = Native.hc_batch_new();
        try (Frame frame = Frame.open()) {
            WellFormed built = new WellFormed(batch, new ArrayList<>(), new ArrayList<>());
            if (actor != null) {
                frame.check(Native.hc_batch_set_actor(batch, frame.id(actor), frame.error()));
            }
            if (door != null) {
                MemorySegment d = frame.text(door);
                try {
                    frame.check(Native.hc_batch_set_door(batch, d, d.byteSize(), frame.error()));
                } catch (HeadcountException malformed) {
                    built.malformed().add(malformed);
                }
            }
            if (requestId != null) {
                frame.check(Native.hc_batch_set_request_id(batch, frame.id(requestId), frame.error()));
            }
            frame.check(Native.hc_batch_set_allow_ownerless(batch, allowOwnerless ? 1 : 0, frame.error()));
            for (int i = 0; i < operations.size(); i++) {
                try {
                    operations.get(i).addTo(batch);
                    built.indexes().add(i);
                } catch (HeadcountException malformed) {
                    built.malformed().add(malformed.at(i));
                }
            }
            return function.apply(built);
        } finally {
            Native.hc_batch_free(batch);
        }
    }
}
