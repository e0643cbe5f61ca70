using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Headcount
{
    /// <summary>
    /// Operations that succeed or fail together. Each sees what the ones before it did; what must be unique,
    /// seats, admins and owners are judged once, at the end: in a full house one can leave and another come in.
    /// </summary>
    [NullableContext(1)]
    public sealed class Batch
    {
        private sealed class Operation
        {
            internal Step Add;
            internal ulong? IfVersion;
        }

        private readonly List<Operation> operations = new List<Operation>();

        /// <summary>Who makes these changes; null for nobody in particular.</summary>
        public Guid? Actor { get; set; }

        /// <summary>Through which door the batch comes, before that of Directory.Through; null where nobody says so.</summary>
        [Nullable(2)]
        public string Door { get; set; }

        /// <summary>
        /// Makes the batch one that can be sent again: when the same batch was applied with this id before, its
        /// outcome is returned and nothing is done.
        /// </summary>
        public Guid? RequestId { get; set; }

        /// <summary>Whether workspaces may be left without an active owner.</summary>
        public bool AllowOwnerless { get; set; }

        /// <summary>How many operations there are.</summary>
        public int Count { get { return operations.Count; } }

        /// <summary>
        /// Refuses the batch with ErrorKind.Conflict unless what the last operation changes is at this version.
        /// </summary>
        public Batch IfVersion(ulong version)
        {
            if (operations.Count == 0)
                throw new InvalidOperationException("append an operation first");
            operations[operations.Count - 1].IfVersion = version;
            return this;
        }

        private Batch Append(Step add)
        {
            operations.Add(new Operation { Add = add });
            return this;
        }

        /// <summary>Appends: make a user active.</summary>
        public Batch ActivateUser(string user)
        {
            return Append((IntPtr b, out IntPtr e) => { var u = Interop.Utf8(user); return Native.hc_batch_activate_user(b, u, Interop.Size(u), out e); });
        }

        /// <summary>Appends: make a user inactive.</summary>
        public Batch DeactivateUser(string user)
        {
            return Append((IntPtr b, out IntPtr e) => { var u = Interop.Utf8(user); return Native.hc_batch_deactivate_user(b, u, Interop.Size(u), out e); });
        }

        /// <summary>Appends: delete a user for good.</summary>
        public Batch DeleteUser(string user)
        {
            return Append((IntPtr b, out IntPtr e) => { var u = Interop.Utf8(user); return Native.hc_batch_delete_user(b, u, Interop.Size(u), out e); });
        }

        /// <summary>Appends: make a user's default workspace, unless there is one.</summary>
        public Batch DefaultWorkspace(string user)
        {
            return Append((IntPtr b, out IntPtr e) => { var u = Interop.Utf8(user); return Native.hc_batch_default_workspace(b, u, Interop.Size(u), out e); });
        }

        /// <summary>Appends: set the license.</summary>
        public Batch SetLicense(License license)
        {
            return Append((IntPtr b, out IntPtr e) => Native.hc_batch_set_license(b, license.Code, license.Count, out e));
        }

        /// <summary>Appends: create a workspace. Later operations can name it; its id is in the outcome.</summary>
        public Batch CreateWorkspace(string name, string owner = "")
        {
            return Append((IntPtr b, out IntPtr e) =>
            {
                byte[] n = Interop.Utf8(name), o = Interop.Utf8(owner);
                return Native.hc_batch_create_workspace(b, n, Interop.Size(n), o, Interop.Size(o), out e);
            });
        }

        /// <summary>Appends: give a workspace another name.</summary>
        public Batch RenameWorkspace(ulong workspace, string name)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] n = Interop.Utf8(name); return Native.hc_batch_rename_workspace(b, null, UIntPtr.Zero, workspace, n, Interop.Size(n), out e); });
        }

        /// <summary>Appends: give a workspace another name with a name, which may be one that an earlier operation creates.</summary>
        public Batch RenameWorkspace(string workspace, string name)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace), n = Interop.Utf8(name); return Native.hc_batch_rename_workspace(b, w, Interop.Size(w), 0, n, Interop.Size(n), out e); });
        }

        /// <summary>Appends: set the id that a provisioner has for a workspace; null removes it.</summary>
        public Batch SetWorkspaceExternalId(ulong workspace, string provisioner, [Nullable(2)] string id)
        {
            return ExternalId("", workspace, provisioner, id);
        }

        /// <summary>Appends: set the id that a provisioner has for a workspace with a name, which may be one that an earlier operation creates; null removes it.</summary>
        public Batch SetWorkspaceExternalId(string workspace, string provisioner, [Nullable(2)] string id)
        {
            return ExternalId(workspace, 0, provisioner, id);
        }

        private Batch ExternalId(string name, ulong number, string provisioner, string id)
        {
            return Append((IntPtr b, out IntPtr e) =>
            {
                byte[] w = Interop.Utf8(name), p = Interop.Utf8(provisioner), i = id == null ? null : Interop.Utf8(id);
                return Native.hc_batch_set_workspace_external_id(b, w, Interop.Size(w), number, p, Interop.Size(p), i, i == null ? UIntPtr.Zero : Interop.Size(i), out e);
            });
        }

        /// <summary>Appends: archive a workspace.</summary>
        public Batch ArchiveWorkspace(ulong workspace)
        {
            return Append((IntPtr b, out IntPtr e) => { return Native.hc_batch_archive_workspace(b, null, UIntPtr.Zero, workspace, out e); });
        }

        /// <summary>Appends: archive a workspace with a name, which may be one that an earlier operation creates.</summary>
        public Batch ArchiveWorkspace(string workspace)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace); return Native.hc_batch_archive_workspace(b, w, Interop.Size(w), 0, out e); });
        }

        /// <summary>Appends: restore an archived workspace.</summary>
        public Batch RestoreWorkspace(ulong workspace)
        {
            return Append((IntPtr b, out IntPtr e) => { return Native.hc_batch_restore_workspace(b, null, UIntPtr.Zero, workspace, out e); });
        }

        /// <summary>Appends: restore an archived workspace with a name, which may be one that an earlier operation creates.</summary>
        public Batch RestoreWorkspace(string workspace)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace); return Native.hc_batch_restore_workspace(b, w, Interop.Size(w), 0, out e); });
        }

        /// <summary>Appends: delete a workspace and its memberships for good.</summary>
        public Batch DeleteWorkspace(ulong workspace)
        {
            return Append((IntPtr b, out IntPtr e) => { return Native.hc_batch_delete_workspace(b, null, UIntPtr.Zero, workspace, out e); });
        }

        /// <summary>Appends: delete a workspace and its memberships for good with a name, which may be one that an earlier operation creates.</summary>
        public Batch DeleteWorkspace(string workspace)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace); return Native.hc_batch_delete_workspace(b, w, Interop.Size(w), 0, out e); });
        }

        /// <summary>Appends: make a user a member of a workspace.</summary>
        public Batch AddMember(ulong workspace, string user, Role role)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] u = Interop.Utf8(user); return Native.hc_batch_add_member(b, null, UIntPtr.Zero, workspace, u, Interop.Size(u), (int)role, out e); });
        }

        /// <summary>Appends: make a user a member of a workspace with a name, which may be one that an earlier operation creates.</summary>
        public Batch AddMember(string workspace, string user, Role role)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace), u = Interop.Utf8(user); return Native.hc_batch_add_member(b, w, Interop.Size(w), 0, u, Interop.Size(u), (int)role, out e); });
        }

        /// <summary>Appends: change the role of a member.</summary>
        public Batch SetRole(ulong workspace, string user, Role role)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] u = Interop.Utf8(user); return Native.hc_batch_set_role(b, null, UIntPtr.Zero, workspace, u, Interop.Size(u), (int)role, out e); });
        }

        /// <summary>Appends: change the role of a member with a name, which may be one that an earlier operation creates.</summary>
        public Batch SetRole(string workspace, string user, Role role)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace), u = Interop.Utf8(user); return Native.hc_batch_set_role(b, w, Interop.Size(w), 0, u, Interop.Size(u), (int)role, out e); });
        }

        /// <summary>Appends: take a member out of a workspace.</summary>
        public Batch RemoveMember(ulong workspace, string user)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] u = Interop.Utf8(user); return Native.hc_batch_remove_member(b, null, UIntPtr.Zero, workspace, u, Interop.Size(u), out e); });
        }

        /// <summary>Appends: take a member out of a workspace with a name, which may be one that an earlier operation creates.</summary>
        public Batch RemoveMember(string workspace, string user)
        {
            return Append((IntPtr b, out IntPtr e) => { byte[] w = Interop.Utf8(workspace), u = Interop.Utf8(user); return Native.hc_batch_remove_member(b, w, Interop.Size(w), 0, u, Interop.Size(u), out e); });
        }

        /// <summary>Appends: create a user.</summary>
        public Batch CreateUser(NewUser user)
        {
            return Append((IntPtr b, out IntPtr e) =>
            {
                var error = IntPtr.Zero;
                var status = user.Use(u => Native.hc_batch_create_user(b, u, out error));
                e = error;
                return status;
            });
        }

        /// <summary>Appends: change fields of a user.</summary>
        public Batch UpdateUser(string user, UserUpdate update)
        {
            return Append((IntPtr b, out IntPtr e) =>
            {
                var error = IntPtr.Zero;
                var r = Interop.Utf8(user);
                var status = update.Use(u => Native.hc_batch_update_user(b, r, Interop.Size(r), u, out error));
                e = error;
                return status;
            });
        }

        internal T Use<T>(Func<IntPtr, T> function)
        {
            return UseWellFormed((batch, indexes, malformed) =>
            {
                if (malformed.Count > 0)
                    throw malformed[0];
                return function(batch);
            });
        }

        /// The native batch of the operations that are not malformed, their indexes, and the errors of the others.
        internal T UseWellFormed<T>(Func<IntPtr, List<int>, List<HeadcountException>, T> function)
        {
            var batch = Native.hc_batch_new();
            try
            {
                IntPtr error;
                var indexes = new List<int>();
                var malformed = new List<HeadcountException>();
                if (Door != null)
                {
                    var door = Interop.Utf8(Door);
                    var status = Native.hc_batch_set_door(batch, door, Interop.Size(door), out error);
                    if (status != 0)
                        malformed.Add(HeadcountException.Take(status, error));
                }
                if (Actor != null)
                    Interop.Check(Native.hc_batch_set_actor(batch, Interop.Bytes(Actor.Value), out error), error);
                if (RequestId != null)
                    Interop.Check(Native.hc_batch_set_request_id(batch, Interop.Bytes(RequestId.Value), out error), error);
                Interop.Check(Native.hc_batch_set_allow_ownerless(batch, AllowOwnerless ? 1 : 0, out error), error);
                for (var i = 0; i < operations.Count; i++)
                {
                    try
                    {
                        Interop.Check(operations[i].Add(batch, out error), error);
                        if (operations[i].IfVersion != null)
                            Interop.Check(Native.hc_batch_set_if_version(batch, operations[i].IfVersion.Value, out error), error);
                        indexes.Add(i);
                    }
                    catch (HeadcountException refused)
                    {
                        refused.Operation = i;
                        malformed.Add(refused);
                    }
                }
                return function(batch, indexes, malformed);
            }
            finally
            {
                Native.hc_batch_free(batch);
            }
        }
    }
}
