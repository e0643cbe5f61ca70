package headcount;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Operations that succeed or fail together. Each sees the effects of those before it. Uniqueness,
 * seats, admins and the owners of workspaces are judged once, at the end, on the net result: when all
 * seats are in use, one user can leave and another join.
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

    /** A native batch of the operations that are not malformed. */
    record WellFormed(MemorySegment batch, List<Integer> indexes, List<HeadcountException> malformed) {}

    /** An empty batch. */
    public Batch() {}

    /**
     * Sets the user who makes the changes. It is recorded, and the actor can't deactivate or delete
     * themself.
     *
     * @param actor the id of a user
     * @return this
     */
    public Batch actor(UUID actor) {
        this.actor = Objects.requireNonNull(actor, "actor is null");
        return this;
    }

    /**
     * Sets the door that the batch comes through, in place of that of {@link Directory#through}.
     *
     * @param door 1 to 32 letters, digits and {@code -_.:/} of ASCII
     * @return this
     */
    public Batch door(String door) {
        this.door = Objects.requireNonNull(door, "door is null");
        return this;
    }

    /**
     * Makes the batch safe to send again: if the same batch was applied with this id before, its outcome
     * is returned and nothing is done. Another batch with the same id is refused with {@link
     * ErrorKind#REQUEST_ID_REUSED}.
     *
     * @param requestId a new id for this request
     * @return this
     */
    public Batch requestId(UUID requestId) {
        this.requestId = Objects.requireNonNull(requestId, "requestId is null");
        return this;
    }

    /**
     * Allows workspaces to be left without an active owner, which is recorded in the change.
     *
     * @param allow false by default
     * @return this
     */
    public Batch allowOwnerless(boolean allow) {
        allowOwnerless = allow;
        return this;
    }

    /**
     * Refuses the batch with {@link ErrorKind#CONFLICT} unless the record that the last operation changes
     * is at this version. It has no effect on operations that create something.
     *
     * @param version the expected version
     * @return this
     * @throws IllegalStateException for a batch without operations
     */
    public Batch ifVersion(long version) {
        if (operations.isEmpty()) {
            throw new IllegalStateException("append an operation first");
        }
        operations.getLast().number(Native.HC_OP_FIELD_IF_VERSION, Frame.unsigned("a version", version));
        return this;
    }

    /**
     * The number of operations.
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
        return append(new Operation(Native.HC_OPERATION_ACTIVATE_USER).user(ref));
    }

    /**
     * Appends: make a user inactive, as {@link Directory#deactivateUser} does.
     *
     * @param ref the user
     * @return this
     */
    public Batch deactivateUser(String ref) {
        return append(new Operation(Native.HC_OPERATION_DEACTIVATE_USER).user(ref));
    }

    /**
     * Appends: delete a user for good, as {@link Directory#deleteUser} does.
     *
     * @param ref the user
     * @return this
     */
    public Batch deleteUser(String ref) {
        return append(new Operation(Native.HC_OPERATION_DELETE_USER).user(ref));
    }

    /**
     * Appends: make a user's default workspace, unless there is one.
     *
     * @param ref the user
     * @return this
     */
    public Batch defaultWorkspace(String ref) {
        return append(new Operation(Native.HC_OPERATION_DEFAULT_WORKSPACE).user(ref));
    }

    /**
     * Appends: set the license.
     *
     * @param license the license
     * @return this
     */
    public Batch setLicense(License license) {
        return append(new Operation(Native.HC_OPERATION_SET_LICENSE)
                .number(Native.HC_OP_FIELD_LICENSE, license.code())
                .number(Native.HC_OP_FIELD_SEATS, license.count()));
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
        Operation create = new Operation(Native.HC_OPERATION_CREATE_WORKSPACE).text(Native.HC_OP_FIELD_NAME, name);
        return append(owner.isEmpty() ? create : create.user(owner));
    }

    /**
     * Appends: rename a workspace.
     *
     * @param workspace its id
     * @param name the new name
     * @return this
     */
    public Batch renameWorkspace(long workspace, String name) {
        return append(new Operation(Native.HC_OPERATION_RENAME_WORKSPACE).workspace(workspace).text(Native.HC_OP_FIELD_NAME, name));
    }

    /**
     * Appends: rename a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param name the new name
     * @return this
     */
    public Batch renameWorkspace(String workspace, String name) {
        return append(new Operation(Native.HC_OPERATION_RENAME_WORKSPACE).workspace(workspace).text(Native.HC_OP_FIELD_NAME, name));
    }

    /**
     * Appends: set the id that a provisioner has for a workspace.
     *
     * @param workspace its id
     * @param provisioner the provisioner
     * @param id the id
     * @return this
     */
    public Batch setWorkspaceExternalId(long workspace, String provisioner, String id) {
        return append(externalId(Objects.requireNonNull(id, "id is null"), provisioner).workspace(workspace));
    }

    /**
     * Appends: set the id that a provisioner has for a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param provisioner the provisioner
     * @param id the id
     * @return this
     */
    public Batch setWorkspaceExternalId(String workspace, String provisioner, String id) {
        return append(externalId(Objects.requireNonNull(id, "id is null"), provisioner).workspace(workspace));
    }

    /**
     * Appends: remove the id that a provisioner has for a workspace.
     *
     * @param workspace its id
     * @param provisioner the provisioner
     * @return this
     */
    public Batch removeWorkspaceExternalId(long workspace, String provisioner) {
        return append(externalId(null, provisioner).workspace(workspace));
    }

    /**
     * Appends: remove the id that a provisioner has for a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param provisioner the provisioner
     * @return this
     */
    public Batch removeWorkspaceExternalId(String workspace, String provisioner) {
        return append(externalId(null, provisioner).workspace(workspace));
    }

    private static Operation externalId(@Nullable String id, String provisioner) {
        Operation operation = new Operation(Native.HC_OPERATION_SET_WORKSPACE_EXTERNAL_ID)
                .text(Native.HC_OP_FIELD_PROVISIONER, provisioner);
        return id == null ? operation.none(Native.HC_OP_FIELD_EXTERNAL_ID) : operation.text(Native.HC_OP_FIELD_EXTERNAL_ID, id);
    }

    private static Operation member(int operation, String ref, Role role) {
        return new Operation(operation).user(ref).number(Native.HC_OP_FIELD_ROLE, role.code());
    }

    /**
     * Appends: archive a workspace.
     *
     * @param workspace its id
     * @return this
     */
    public Batch archiveWorkspace(long workspace) {
        return append(new Operation(Native.HC_OPERATION_ARCHIVE_WORKSPACE).workspace(workspace));
    }

    /**
     * Appends: archive a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @return this
     */
    public Batch archiveWorkspace(String workspace) {
        return append(new Operation(Native.HC_OPERATION_ARCHIVE_WORKSPACE).workspace(workspace));
    }

    /**
     * Appends: restore an archived workspace.
     *
     * @param workspace its id
     * @return this
     */
    public Batch restoreWorkspace(long workspace) {
        return append(new Operation(Native.HC_OPERATION_RESTORE_WORKSPACE).workspace(workspace));
    }

    /**
     * Appends: restore an archived workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @return this
     */
    public Batch restoreWorkspace(String workspace) {
        return append(new Operation(Native.HC_OPERATION_RESTORE_WORKSPACE).workspace(workspace));
    }

    /**
     * Appends: delete a workspace and its memberships for good.
     *
     * @param workspace its id
     * @return this
     */
    public Batch deleteWorkspace(long workspace) {
        return append(new Operation(Native.HC_OPERATION_DELETE_WORKSPACE).workspace(workspace));
    }

    /**
     * Appends: delete a workspace and its memberships for good.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @return this
     */
    public Batch deleteWorkspace(String workspace) {
        return append(new Operation(Native.HC_OPERATION_DELETE_WORKSPACE).workspace(workspace));
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
        return append(member(Native.HC_OPERATION_ADD_MEMBER, ref, role).workspace(workspace));
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
        return append(member(Native.HC_OPERATION_ADD_MEMBER, ref, role).workspace(workspace));
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
        return append(member(Native.HC_OPERATION_SET_ROLE, ref, role).workspace(workspace));
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
        return append(member(Native.HC_OPERATION_SET_ROLE, ref, role).workspace(workspace));
    }

    /**
     * Appends: remove a member from a workspace.
     *
     * @param workspace its id
     * @param ref the user
     * @return this
     */
    public Batch removeMember(long workspace, String ref) {
        return append(new Operation(Native.HC_OPERATION_REMOVE_MEMBER).workspace(workspace).user(ref));
    }

    /**
     * Appends: remove a member from a workspace.
     *
     * @param workspace its name, which may be one that an earlier operation creates
     * @param ref the user
     * @return this
     */
    public Batch removeMember(String workspace, String ref) {
        return append(new Operation(Native.HC_OPERATION_REMOVE_MEMBER).workspace(workspace).user(ref));
    }

    /**
     * Appends: create a user, as {@link Directory#createUser} does.
     *
     * @param user the user to create
     * @return this
     */
    public Batch createUser(NewUser user) {
        return append(user.operation());
    }

    /**
     * Appends: change fields of a user, as {@link Directory#updateUser} does.
     *
     * @param ref the user
     * @param update what to change
     * @return this
     */
    public Batch updateUser(String ref, UserUpdate update) {
        return append(update.operation(ref));
    }

    Batch append(Operation operation) {
        operations.add(operation);
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
        try {
            WellFormed built = new WellFormed(batch, new ArrayList<>(), new ArrayList<>());
            pack(batch, List.of(settings())).ifPresent(built.malformed()::add);
            if (pack(batch, operations).isEmpty()) {
                built.indexes().addAll(IntStream.range(0, operations.size()).boxed().toList());
            } else {
                for (int i = 0; i < operations.size(); i++) {
                    Optional<HeadcountException> malformed = pack(batch, List.of(operations.get(i)));
                    if (malformed.isPresent()) {
                        built.malformed().add(malformed.get().at(i));
                    } else {
                        built.indexes().add(i);
                    }
                }
            }
            return function.apply(built);
        } finally {
            Native.hc_batch_free(batch);
        }
    }

    /** The settings of the batch, as an operation. */
    private Operation settings() {
        Operation settings = new Operation(Native.HC_OPERATION_SETTINGS)
                .flag(Native.HC_OP_FIELD_ALLOW_OWNERLESS, allowOwnerless);
        if (actor != null) {
            settings.id(Native.HC_OP_FIELD_ACTOR, actor);
        }
        if (door != null) {
            settings.text(Native.HC_OP_FIELD_DOOR, door);
        }
        if (requestId != null) {
            settings.id(Native.HC_OP_FIELD_REQUEST_ID, requestId);
        }
        return settings;
    }

    /** Appends all operations to a native batch, or none of them if one is malformed. */
    private static Optional<HeadcountException> pack(MemorySegment batch, List<Operation> operations) {
        try (Frame frame = Frame.open()) {
            MemorySegment packed = frame.bytes(Operation.pack(operations));
            frame.check(Native.hc_batch_append(batch, packed, packed.byteSize(), frame.error()));
            return Optional.empty();
        } catch (HeadcountException malformed) {
            return Optional.of(malformed);
        }
    }
}
