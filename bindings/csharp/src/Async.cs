using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Headcount
{
    // What touches the disk, as tasks. A call whose token is cancelled before it begins does nothing; once it has begun, it is
    // finished, and its task says with what. Up to 16 run at once, and writes among them share a sync. Don't change what was
    // handed over, such as a NewUser or a Batch, until the task is done.
    public sealed partial class Directory
    {
        /// <summary>Opens the directory in a file, which is created if it is missing: as <see cref="Open(string)"/>.</summary>
        public static Task<Directory> OpenAsync(string path, CancellationToken cancellation = default(CancellationToken))
        {
            return OpenAsync(path, new Options(), cancellation);
        }

        /// <summary>
        /// Opens the directory in a file with options: as <see cref="Open(string, Options, CancellationToken)"/>. Waiting for the
        /// file takes no thread.
        /// </summary>
        /// <exception cref="OperationCanceledException">When the token is cancelled.</exception>
        public static async Task<Directory> OpenAsync(string path, Options options, CancellationToken cancellation = default(CancellationToken))
        {
            var waited = Stopwatch.StartNew();
            var cache = CacheOf(options);
            while (true)
            {
                try
                {
                    return await Workers.Run(() => OpenNow(path, options, cache), cancellation).ConfigureAwait(false);
                }
                catch (HeadcountException held) when (held.Kind == ErrorKind.AlreadyOpen && waited.Elapsed < options.Wait)
                {
                }
                await Task.Delay(5, cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>Closes the directory: as <see cref="Dispose"/>.</summary>
        public Task CloseAsync() { return Begin(Dispose, CancellationToken.None); }

        /// <summary>Creates a user. As <see cref="CreateUser"/>.</summary>
        public Task<User> CreateUserAsync(NewUser user, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => CreateUser(user), cancellation);
        }

        /// <summary>Changes fields of a user, and returns the updated user. As <see cref="UpdateUser"/>.</summary>
        public Task<User> UpdateUserAsync(string user, UserUpdate update, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => UpdateUser(user, update), cancellation);
        }

        /// <summary>Makes a user active. Does nothing if the user is active. As <see cref="ActivateUser"/>.</summary>
        public Task<User> ActivateUserAsync(string user, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => ActivateUser(user), cancellation);
        }

        /// <summary>Makes a user inactive, which frees a seat. Does nothing if the user is inactive. As <see cref="DeactivateUser"/>.</summary>
        public Task<User> DeactivateUserAsync(string user, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => DeactivateUser(user), cancellation);
        }

        /// <summary>Deletes a user for good. As <see cref="DeleteUser"/>.</summary>
        public Task DeleteUserAsync(string user, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => DeleteUser(user), cancellation);
        }

        /// <summary>Sets the license. As <see cref="SetLicense"/>.</summary>
        public Task SetLicenseAsync(License license, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => SetLicense(license), cancellation);
        }

        /// <summary>Creates a workspace, whose first owner must be an active user. As <see cref="CreateWorkspace"/>.</summary>
        public Task<Workspace> CreateWorkspaceAsync(string name, string owner, [Nullable(2)] IReadOnlyDictionary<string, string> externalIds = null, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => CreateWorkspace(name, owner, externalIds), cancellation);
        }

        /// <summary>The default workspace of a user; it is created on first use. As <see cref="DefaultWorkspace"/>.</summary>
        public Task<Workspace> DefaultWorkspaceAsync(string user, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => DefaultWorkspace(user), cancellation);
        }

        /// <summary>Renames a workspace. As <see cref="RenameWorkspace"/>.</summary>
        public Task<Workspace> RenameWorkspaceAsync(ulong workspace, string name, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => RenameWorkspace(workspace, name), cancellation);
        }

        /// <summary>Sets the id that a provisioner has for a workspace; null removes it. As <see cref="SetWorkspaceExternalId"/>.</summary>
        public Task<Workspace> SetWorkspaceExternalIdAsync(ulong workspace, string provisioner, [Nullable(2)] string id, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => SetWorkspaceExternalId(workspace, provisioner, id), cancellation);
        }

        /// <summary>Records that a user is seen now. As <see cref="TouchUser"/>.</summary>
        public Task TouchUserAsync(string user, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => TouchUser(user), cancellation);
        }

        /// <summary>Archives a workspace. Does nothing if it is archived. As <see cref="ArchiveWorkspace"/>.</summary>
        public Task<Workspace> ArchiveWorkspaceAsync(ulong workspace, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => ArchiveWorkspace(workspace), cancellation);
        }

        /// <summary>Restores an archived workspace. Does nothing if it is not archived. As <see cref="RestoreWorkspace"/>.</summary>
        public Task<Workspace> RestoreWorkspaceAsync(ulong workspace, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => RestoreWorkspace(workspace), cancellation);
        }

        /// <summary>Deletes a workspace and its memberships for good. As <see cref="DeleteWorkspace"/>.</summary>
        public Task DeleteWorkspaceAsync(ulong workspace, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => DeleteWorkspace(workspace), cancellation);
        }

        /// <summary>Makes a user a member of a workspace. Does nothing if the user is a member in this role. As <see cref="AddMember"/>.</summary>
        public Task AddMemberAsync(ulong workspace, string user, Role role, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => AddMember(workspace, user, role), cancellation);
        }

        /// <summary>Changes the role of a member. Does nothing if the member has this role. As <see cref="SetRole"/>.</summary>
        public Task SetRoleAsync(ulong workspace, string user, Role role, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => SetRole(workspace, user, role), cancellation);
        }

        /// <summary>Removes a member from a workspace. As <see cref="RemoveMember"/>.</summary>
        public Task RemoveMemberAsync(ulong workspace, string user, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => RemoveMember(workspace, user), cancellation);
        }

        /// <summary>
        /// Applies a batch: all of it, or nothing. As <see cref="Apply"/>. On .NET Core a thread of the library applies it, together
        /// with others that wait, in the order of these calls as long as no more than 1,024 wait; cancelling one that waits there
        /// comes too late.
        /// </summary>
        public Task<Applied> ApplyAsync(Batch batch, CancellationToken cancellation = default(CancellationToken))
        {
            if (cancellation.IsCancellationRequested)
                return Task.FromCanceled<Applied>(cancellation);
            Interop.NotNull(batch, nameof(batch));
            return Submission.Submit(handle, batch) ?? Workers.Run(() => Apply(batch), cancellation);
        }

        /// <summary>Forgets the changes with numbers below a given one, and returns how many it forgot. As <see cref="TrimChanges"/>.</summary>
        public Task<ulong> TrimChangesAsync(ulong before, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => TrimChanges(before), cancellation);
        }

        /// <summary>Recounts the seats and checks every index against the users, both ways. As <see cref="Verify"/>.</summary>
        public Task<Verified> VerifyAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => Verify(), cancellation);
        }

        /// <summary>Copies the directory, as it is now, to a new file. As <see cref="Backup"/>.</summary>
        public Task<Copied> BackupAsync(string path, bool overwrite = false, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => Backup(path, overwrite), cancellation);
        }

        /// <summary>Writes all records as lines of JSON, as they are at one moment. As <see cref="Export"/>.</summary>
        public Task ExportAsync(System.IO.Stream to, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => Export(to), cancellation);
        }

        /// <summary>Loads the lines of Export into an empty directory. As <see cref="Load"/>.</summary>
        public Task LoadAsync(System.IO.Stream lines, CancellationToken cancellation = default(CancellationToken))
        {
            return Begin(() => Load(lines), cancellation);
        }

        /// <summary>Puts a copy of the directory in one file in the place of another. As <see cref="Restore"/>.</summary>
        public static Task<Copied> RestoreAsync(string backup, string path, bool overwrite = false, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => Restore(backup, path, overwrite), cancellation);
        }

        /// <summary>Makes the file of a directory as small as possible, and returns its size in bytes. As <see cref="Compact"/>.</summary>
        public static Task<ulong> CompactAsync(string path, CancellationToken cancellation = default(CancellationToken))
        {
            return Workers.Run(() => Compact(path), cancellation);
        }

        private static Task Begin(Action call, CancellationToken cancellation)
        {
            return Workers.Run(() =>
            {
                call();
                return true;
            }, cancellation);
        }
    }
}
