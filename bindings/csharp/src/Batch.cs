using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;

namespace Headcount
{
    /// <summary>
    /// Operations that succeed or fail together. Each sees the effects of those before it; uniqueness,
    /// seats, admins and owners are judged once, at the end: when all seats are in use, one user can leave and another join.
    /// </summary>
    [NullableContext(1)]
    public sealed class Batch
    {
        private readonly List<Operation> operations = new List<Operation>();

        /// <summary>The user who makes the changes; null for none.</summary>
        public Guid? Actor { get; set; }

        /// <summary>The door that the batch comes through, in place of that of Directory.Through; null for that one.</summary>
        [Nullable(2)]
        public string Door { get; set; }

        /// <summary>
        /// Makes the batch safe to send again: if the same batch was applied with this id before, its
        /// outcome is returned and nothing is done.
        /// </summary>
        public Guid? RequestId { get; set; }

        /// <summary>Whether workspaces may be left without an active owner.</summary>
        public bool AllowOwnerless { get; set; }

        /// <summary>The number of operations.</summary>
        public int Count { get { return operations.Count; } }

        /// <summary>
        /// Refuses the batch with ErrorKind.Conflict unless the record that the last operation changes is at this version.
        /// </summary>
        public Batch IfVersion(ulong version)
        {
            if (operations.Count == 0)
                throw new InvalidOperationException("append an operation first");
            operations[operations.Count - 1].Number(OpField.IfVersion, version);
            return this;
        }

        internal Batch Append(Operation operation)
        {
            operations.Add(operation);
            return this;
        }

        /// <summary>Appends: make a user active.</summary>
        public Batch ActivateUser(string user)
        {
            return Append(new Operation(OpCode.ActivateUser).User(user));
        }

        /// <summary>Appends: make a user inactive.</summary>
        public Batch DeactivateUser(string user)
        {
            return Append(new Operation(OpCode.DeactivateUser).User(user));
        }

        /// <summary>Appends: delete a user for good.</summary>
        public Batch DeleteUser(string user)
        {
            return Append(new Operation(OpCode.DeleteUser).User(user));
        }

        /// <summary>Appends: make a user's default workspace, unless there is one.</summary>
        public Batch DefaultWorkspace(string user)
        {
            return Append(new Operation(OpCode.DefaultWorkspace).User(user));
        }

        /// <summary>Appends: set the license.</summary>
        public Batch SetLicense(License license)
        {
            Interop.NotNull(license, nameof(license));
            return Append(new Operation(OpCode.SetLicense).Number(OpField.License, (ulong)license.Code).Number(OpField.Seats, license.Count));
        }

        /// <summary>Appends: create a workspace. Later operations can name it; its id is in the outcome.</summary>
        public Batch CreateWorkspace(string name, string owner = "")
        {
            var create = new Operation(OpCode.CreateWorkspace).Text(OpField.Name, name);
            return Append(Interop.NotNull(owner, nameof(owner)).Length == 0 ? create : create.User(owner));
        }

        /// <summary>Appends: rename a workspace.</summary>
        public Batch RenameWorkspace(ulong workspace, string name)
        {
            return Append(new Operation(OpCode.RenameWorkspace).Workspace(workspace).Text(OpField.Name, name));
        }

        /// <summary>Appends: rename a workspace. The workspace may be one that an earlier operation creates.</summary>
        public Batch RenameWorkspace(string workspace, string name)
        {
            return Append(new Operation(OpCode.RenameWorkspace).Workspace(workspace).Text(OpField.Name, name));
        }

        /// <summary>Appends: set the id that a provisioner has for a workspace; null removes it.</summary>
        public Batch SetWorkspaceExternalId(ulong workspace, string provisioner, [Nullable(2)] string id)
        {
            return Append(ExternalId(provisioner, id).Workspace(workspace));
        }

        /// <summary>Appends: set the id that a provisioner has for a workspace; null removes it. The workspace may be one that an earlier operation creates.</summary>
        public Batch SetWorkspaceExternalId(string workspace, string provisioner, [Nullable(2)] string id)
        {
            return Append(ExternalId(provisioner, id).Workspace(workspace));
        }

        private static Operation ExternalId(string provisioner, string id)
        {
            var operation = new Operation(OpCode.SetWorkspaceExternalId).Text(OpField.Provisioner, provisioner);
            return id == null ? operation.None(OpField.ExternalId) : operation.Text(OpField.ExternalId, id);
        }

        private static Operation Member(OpCode code, string user, Role role)
        {
            return new Operation(code).User(user).Number(OpField.Role, (ulong)role);
        }

        /// <summary>Appends: archive a workspace.</summary>
        public Batch ArchiveWorkspace(ulong workspace)
        {
            return Append(new Operation(OpCode.ArchiveWorkspace).Workspace(workspace));
        }

        /// <summary>Appends: archive a workspace. The workspace may be one that an earlier operation creates.</summary>
        public Batch ArchiveWorkspace(string workspace)
        {
            return Append(new Operation(OpCode.ArchiveWorkspace).Workspace(workspace));
        }

        /// <summary>Appends: restore an archived workspace.</summary>
        public Batch RestoreWorkspace(ulong workspace)
        {
            return Append(new Operation(OpCode.RestoreWorkspace).Workspace(workspace));
        }

        /// <summary>Appends: restore an archived workspace. The workspace may be one that an earlier operation creates.</summary>
        public Batch RestoreWorkspace(string workspace)
        {
            return Append(new Operation(OpCode.RestoreWorkspace).Workspace(workspace));
        }

        /// <summary>Appends: delete a workspace and its memberships for good.</summary>
        public Batch DeleteWorkspace(ulong workspace)
        {
            return Append(new Operation(OpCode.DeleteWorkspace).Workspace(workspace));
        }

        /// <summary>Appends: delete a workspace and its memberships for good. The workspace may be one that an earlier operation creates.</summary>
        public Batch DeleteWorkspace(string workspace)
        {
            return Append(new Operation(OpCode.DeleteWorkspace).Workspace(workspace));
        }

        /// <summary>Appends: make a user a member of a workspace.</summary>
        public Batch AddMember(ulong workspace, string user, Role role)
        {
            return Append(Member(OpCode.AddMember, user, role).Workspace(workspace));
        }

        /// <summary>Appends: make a user a member of a workspace. The workspace may be one that an earlier operation creates.</summary>
        public Batch AddMember(string workspace, string user, Role role)
        {
            return Append(Member(OpCode.AddMember, user, role).Workspace(workspace));
        }

        /// <summary>Appends: change the role of a member.</summary>
        public Batch SetRole(ulong workspace, string user, Role role)
        {
            return Append(Member(OpCode.SetRole, user, role).Workspace(workspace));
        }

        /// <summary>Appends: change the role of a member. The workspace may be one that an earlier operation creates.</summary>
        public Batch SetRole(string workspace, string user, Role role)
        {
            return Append(Member(OpCode.SetRole, user, role).Workspace(workspace));
        }

        /// <summary>Appends: remove a member from a workspace.</summary>
        public Batch RemoveMember(ulong workspace, string user)
        {
            return Append(new Operation(OpCode.RemoveMember).Workspace(workspace).User(user));
        }

        /// <summary>Appends: remove a member from a workspace. The workspace may be one that an earlier operation creates.</summary>
        public Batch RemoveMember(string workspace, string user)
        {
            return Append(new Operation(OpCode.RemoveMember).Workspace(workspace).User(user));
        }

        /// <summary>Appends: create a user.</summary>
        public Batch CreateUser(NewUser user)
        {
            return Append(Interop.NotNull(user, nameof(user)).Operation());
        }

        /// <summary>Appends: change fields of a user.</summary>
        public Batch UpdateUser(string user, UserUpdate update)
        {
            return Append(Interop.NotNull(update, nameof(update)).Operation(user));
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
                var malformed = new List<HeadcountException>();
                var refused = Pack(batch, new[] { Settings() });
                if (refused != null)
                    malformed.Add(refused);
                var indexes = Enumerable.Range(0, operations.Count).ToList();
                if (Pack(batch, operations) != null)
                    indexes.RemoveAll(i =>
                    {
                        refused = Pack(batch, new[] { operations[i] });
                        if (refused == null)
                            return false;
                        refused.Operation = i;
                        malformed.Add(refused);
                        return true;
                    });
                return function(batch, indexes, malformed);
            }
            finally
            {
                Native.hc_batch_free(batch);
            }
        }

        /// The settings of the batch, as an operation.
        private Operation Settings()
        {
            var settings = new Operation(OpCode.Settings).Flag(OpField.AllowOwnerless, AllowOwnerless);
            if (Door != null)
                settings.Text(OpField.Door, Door);
            if (Actor != null)
                settings.Id(OpField.Actor, Actor.Value);
            if (RequestId != null)
                settings.Id(OpField.RequestId, RequestId.Value);
            return settings;
        }

        /// Appends all operations to a native batch, or none of them if one is malformed.
        private static HeadcountException Pack(IntPtr batch, IReadOnlyCollection<Operation> operations)
        {
            var packed = Operation.Pack(operations);
            var status = Native.hc_batch_append(batch, packed, Interop.Size(packed), out var error);
            return status == 0 ? null : HeadcountException.Take(status, error);
        }
    }
}
