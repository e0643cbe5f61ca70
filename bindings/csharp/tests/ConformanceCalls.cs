using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Headcount.Tests
{
    using Map = Dictionary<string, object>;

    /// The calls that tests/conformance names.
    internal sealed class ConformanceCalls : IDisposable
    {
        private readonly Files files;
        private Directory directory;
        private Feed feed;

        internal ConformanceCalls(Files files) { this.files = files; }

        public void Dispose()
        {
            try
            {
                feed?.Dispose();
                directory?.Dispose();
            }
            catch (HeadcountException)
            {
                // A case may have taken its file away.
            }
        }

        internal void Open(Map a)
        {
            var options = new Options().ReadOnly(Flag(a, "read_only")).CreateIfMissing(Flag(a, "create_if_missing", true));
            if (a.ContainsKey("license"))
                options.LicenseIfNew(License.Parse(a["license"].ToString()));
            var opened = a.ContainsKey("path") ? Directory.Open(files.Path(Text(a, "path")), options) : Directory.InMemory(options);
            directory?.Dispose();
            directory = opened;
        }

        internal object Call(string name, Map a, string actor, string door)
        {
            var d = actor == null ? directory : directory.ActingAs(Guid.Parse(actor));
            d = door == null ? d : d.Through(door);
            var user = Text(a, "user");
            var workspace = new Func<ulong>(() => Workspace(d, a.ContainsKey("workspace") ? a["workspace"] : null)?.Id ?? long.MaxValue);
            var path = a.ContainsKey("path") ? files.Path(Text(a, "path")) : null;
            switch (name)
            {
                case "open": Open(a); return null;
                case "close": d.Dispose(); return null;
                case "backup": return Shown(d.Backup(path, Flag(a, "overwrite")));
                case "restore": return Shown(Directory.Restore(files.Path(Text(a, "backup")), path, Flag(a, "overwrite")));
                case "export": using (var lines = File.Create(path)) d.Export(lines); return null;
                case "load": using (var lines = File.OpenRead(path)) d.Load(lines); return null;
                case "copy_file": Copy(files.Path(Text(a, "from")), files.Path(Text(a, "to"))); return null;
                case "write_file": File.WriteAllText(path, Text(a, "text")); return null;
                case "remove_file": File.Delete(path); return null;
                case "exists": return File.Exists(path);
                case "follow": feed = d.Follow(Number(a, "after")); return null;
                case "position": return feed.Position;
                case "next": return Shown(feed.Next(TimeSpan.FromMilliseconds(Number(a, "timeout_ms"))));
                case "create_user": return Shown(d.CreateUser(NewUser(a)));
                case "update_user": return Shown(d.UpdateUser(user, a.ContainsKey("if_version") ? Update(a).IfVersion(Number(a, "if_version")) : Update(a)));
                case "activate_user": return Shown(d.ActivateUser(user));
                case "deactivate_user": return Shown(d.DeactivateUser(user));
                case "delete_user": { var found = d.FindUser(user); d.DeleteUser(user); return found.Id; }
                case "user": return Shown(d.FindUser(user));
                case "user_by_id": return Shown(d.FindUserById(Guid.Parse(Text(a, "id"))));
                case "user_by_email": return Shown(d.FindUserByEmail(Text(a, "email")));
                case "users_by_emails": return d.FindUsersByEmails(((List<object>)a["emails"]).Cast<string>()).Select(Shown);
                case "users_by_ids": return d.FindUsersByIds(((List<object>)a["ids"]).Cast<string>().Select(Guid.Parse)).Select(Shown);
                case "user_by_username": return Shown(d.FindUserByUsername(Text(a, "username")));
                case "user_by_external_id": return Shown(d.FindUserByExternalId(Text(a, "provisioner"), Text(a, "id")));
                case "workspace_by_external_id": return Shown(d.FindWorkspaceByExternalId(Text(a, "provisioner"), Text(a, "id")));
                case "set_workspace_external_id": return Shown(d.SetWorkspaceExternalId(workspace(), Text(a, "provisioner"), (string)a["id"]));
                case "touch_user": d.TouchUser(user); return null;
                case "last_seen": return d.LastSeen(user);
                case "users": return d.Users().Select(Shown);
                case "query": { var page = d.Query(Query(d, a)); return Json.Object("users", page.Users.Select(Shown), "next", page.Next); }
                case "count": return d.Count(Query(d, a));
                case "len": return d.Count(new UserQuery());
                case "seats": return Shown(d.Seats());
                case "seat_history": return Shown(a.ContainsKey("since") ? d.SeatHistory(Time(a["since"])) : d.SeatHistory());
                case "set_license": d.SetLicense(License.Parse(a["license"].ToString())); return Shown(d.Seats());
                case "create_workspace": return Shown(CreateWorkspace(d, Text(a, "name"), Text(a, "owner"), a));
                case "default_workspace": return Shown(d.DefaultWorkspace(user));
                case "workspace": return Shown(Workspace(d, a["workspace"]));
                case "workspaces": return d.Workspaces().Select(Shown);
                case "rename_workspace": return Shown(d.RenameWorkspace(workspace(), Text(a, "name")));
                case "archive_workspace": return Shown(d.ArchiveWorkspace(workspace()));
                case "restore_workspace": return Shown(d.RestoreWorkspace(workspace()));
                case "delete_workspace": { var id = workspace(); d.DeleteWorkspace(id); return id; }
                case "members": return d.Members(workspace()).Select(Shown);
                case "workspaces_of": return d.WorkspacesOf(user).Select(Shown);
                case "add_member": d.AddMember(workspace(), user, Role(a)); return null;
                case "set_role": d.SetRole(workspace(), user, Role(a)); return null;
                case "remove_member": d.RemoveMember(workspace(), user); return null;
                case "apply": return Shown(d.Apply(Batch(a)));
                case "dry_run": return Shown(d.DryRun(Batch(a)));
                case "preview": return d.Preview(Batch(a)).Select(Shown);
                case "changes": using (var all = d.Follow(Number(a, "after"))) return Rest(all);
                case "trim_changes": return d.TrimChanges(Number(a, "before"));
                case "verify": { var v = d.Verify(); return Json.Object("active", v.Active, "inactive", v.Inactive, "deleted", v.Deleted, "workspaces", v.Workspaces, "members", v.Members, "changes", v.Changes); }
                case "stats": { var s = d.Stats(); return Json.Object("users_active", s.UsersActive, "users_inactive", s.UsersInactive, "workspaces", s.Workspaces, "latest_change", s.LatestChange, "seats_limit", d.Seats().Limit); }
                default: throw new InvalidOperationException("no call is named " + name);
            }
        }

        private static Workspace CreateWorkspace(Directory d, string name, string owner, Map a)
        {
            if (!a.ContainsKey("external_ids"))
                return d.CreateWorkspace(name, owner);
            var batch = new Batch().CreateWorkspace(name, owner);
            foreach (var one in (Map)a["external_ids"])
                batch.SetWorkspaceExternalId(name, one.Key, (string)one.Value);
            d.Apply(batch);
            return d.FindWorkspaceByName(name);
        }

        /// .NET Core would lock the file, which the directory has locked.
        private static void Copy(string from, string to)
        {
            using (var copy = System.Diagnostics.Process.Start("cp", "\"" + from + "\" \"" + to + "\""))
                copy.WaitForExit();
            if (!File.Exists(to))
                throw new IOException("cp copied nothing to " + to);
        }

        private static object Rest(Feed feed)
        {
            var changes = new List<object>();
            for (var change = feed.Next(TimeSpan.Zero); change != null; change = feed.Next(TimeSpan.Zero))
                changes.Add(Shown(change));
            return changes;
        }

        private static string Text(Map a, string key) { return a.ContainsKey(key) ? (a[key] ?? "").ToString() : ""; }

        private static ulong Number(Map a, string key) { return a.ContainsKey(key) ? (ulong)(decimal)a[key] : 0; }

        private static bool Flag(Map a, string key, bool otherwise = false) { return a.ContainsKey(key) ? (bool)a[key] : otherwise; }

        private static DateTimeOffset Time(object text) { return DateTimeOffset.Parse((string)text, CultureInfo.InvariantCulture); }

        private static Role Role(Map a) { return Directory.ParseRole(Text(a, "role")); }

        private static Workspace Workspace(Directory d, object named)
        {
            return named is string ? d.FindWorkspaceByName((string)named) : d.FindWorkspace(named == null ? 0 : (ulong)(decimal)named);
        }

        private static NewUser NewUser(Map a)
        {
            var user = new NewUser(Text(a, "email"));
            foreach (var each in a)
            {
                switch (each.Key)
                {
                    case "id": user.Id(Guid.Parse((string)each.Value)); break;
                    case "username": user.Username((string)each.Value); break;
                    case "given_name": user.GivenName((string)each.Value); break;
                    case "family_name": user.FamilyName((string)each.Value); break;
                    case "active": user.Active((bool)each.Value); break;
                    case "admin": user.Admin((bool)each.Value); break;
                    case "created_at": user.CreatedAt(Time(each.Value)); break;
                    case "attributes": foreach (var one in (Map)each.Value) user.Attribute(one.Key, (string)one.Value); break;
                    case "external_ids": foreach (var one in (Map)each.Value) user.ExternalId(one.Key, (string)one.Value); break;
                    case "email": case "op": break;
                    default: throw new InvalidOperationException("no user has the field " + each.Key);
                }
            }
            return user;
        }

        private static UserUpdate Update(Map a)
        {
            var update = new UserUpdate();
            foreach (var each in a)
            {
                var text = each.Value as string ?? "";
                switch (each.Key)
                {
                    case "email": update.Email(text); break;
                    case "username": if (each.Value == null) update.ResetUsername(); else update.Username(text); break;
                    case "given_name": update.GivenName(text); break;
                    case "family_name": update.FamilyName(text); break;
                    case "admin": update.Admin((bool)each.Value); break;
                    case "replace_attributes": update.ReplaceAttributes(); break;
                    case "external_ids":
                        foreach (var one in (Map)each.Value)
                            if (one.Value == null) update.RemoveExternalId(one.Key); else update.ExternalId(one.Key, (string)one.Value);
                        break;
                    case "attributes":
                        foreach (var one in (Map)each.Value)
                            if (one.Value == null) update.RemoveAttribute(one.Key); else update.Attribute(one.Key, (string)one.Value);
                        break;
                    case "user": case "op": case "if_version": break;
                    default: throw new InvalidOperationException("no update has the field " + each.Key);
                }
            }
            return update;
        }

        private static UserQuery Query(Directory d, Map a)
        {
            var query = new UserQuery();
            foreach (var each in a)
            {
                switch (each.Key)
                {
                    case "active": if ((bool)each.Value) query.Active(); else query.Inactive(); break;
                    case "admins": query.AdminsOnly(); break;
                    case "member_of": query.MemberOf(Workspace(d, each.Value)?.Id ?? long.MaxValue, a.ContainsKey("role") ? Role(a) : Headcount.Role.Any); break;
                    case "email_prefix": query.EmailPrefix((string)each.Value); break;
                    case "email_domain": query.EmailDomain((string)each.Value); break;
                    case "username_prefix": query.UsernamePrefix((string)each.Value); break;
                    case "created_since": query.CreatedSince(Time(each.Value)); break;
                    case "search": query.Search((string)each.Value); break;
                    case "attributes": foreach (var one in (Map)each.Value) query.Attribute(one.Key, (string)one.Value); break;
                    case "has_attributes": foreach (string attribute in (List<object>)each.Value) query.HasAttribute(attribute); break;
                    case "created_before": query.CreatedBefore(Time(each.Value)); break;
                    case "changed_before": query.ChangedBefore(Time(each.Value)); break;
                    case "seen_since": query.SeenSince(Time(each.Value)); break;
                    case "seen_before": query.SeenBefore(Time(each.Value)); break;
                    case "changed_since": query.ChangedSince(Time(each.Value)); break;
                    case "sort": query.Sort((Sort)Enum.Parse(typeof(Sort), (string)each.Value, true)); break;
                    case "descending": query.Descending(); break;
                    case "limit": query.Limit((int)(decimal)each.Value); break;
                    case "after": query.After((string)each.Value); break;
                    case "role": break;
                    default: throw new InvalidOperationException("no query has the field " + each.Key);
                }
            }
            return query;
        }

        private static Batch Batch(Map a)
        {
            var batch = new Batch { AllowOwnerless = Flag(a, "allow_ownerless"), Door = a.ContainsKey("door") ? Text(a, "door") : null };
            if (a.ContainsKey("actor"))
                batch.Actor = Guid.Parse(Text(a, "actor"));
            if (a.ContainsKey("request_id"))
                batch.RequestId = Guid.Parse(Text(a, "request_id"));
            foreach (Map op in (List<object>)a["operations"])
            {
                var named = op.ContainsKey("workspace") ? op["workspace"] as string : null;
                if (named == null)
                    Append(batch, op, Text(op, "user"), Number(op, "workspace"));
                else
                    Append(batch, op, Text(op, "user"), named);
                if (op.ContainsKey("if_version"))
                    batch.IfVersion(Number(op, "if_version"));
            }
            return batch;
        }

        private static Batch Append(Batch b, Map a, string user, ulong workspace)
        {
            switch (Text(a, "op"))
            {
                case "create_user": return b.CreateUser(NewUser(a));
                case "update_user": return b.UpdateUser(user, Update(a));
                case "activate_user": return b.ActivateUser(user);
                case "deactivate_user": return b.DeactivateUser(user);
                case "delete_user": return b.DeleteUser(user);
                case "set_license": return b.SetLicense(License.Parse(a["license"].ToString()));
                case "create_workspace": return b.CreateWorkspace(Text(a, "name"), Text(a, "owner"));
                case "default_workspace": return b.DefaultWorkspace(user);
                case "rename_workspace": return b.RenameWorkspace(workspace, Text(a, "name"));
                case "set_workspace_external_id": return b.SetWorkspaceExternalId(workspace, Text(a, "provisioner"), (string)a["id"]);
                case "archive_workspace": return b.ArchiveWorkspace(workspace);
                case "restore_workspace": return b.RestoreWorkspace(workspace);
                case "delete_workspace": return b.DeleteWorkspace(workspace);
                case "add_member": return b.AddMember(workspace, user, Role(a));
                case "set_role": return b.SetRole(workspace, user, Role(a));
                case "remove_member": return b.RemoveMember(workspace, user);
                default: throw new InvalidOperationException("no operation is named " + Text(a, "op"));
            }
        }

        private static Batch Append(Batch b, Map a, string user, string workspace)
        {
            switch (Text(a, "op"))
            {
                case "rename_workspace": return b.RenameWorkspace(workspace, Text(a, "name"));
                case "set_workspace_external_id": return b.SetWorkspaceExternalId(workspace, Text(a, "provisioner"), (string)a["id"]);
                case "archive_workspace": return b.ArchiveWorkspace(workspace);
                case "restore_workspace": return b.RestoreWorkspace(workspace);
                case "delete_workspace": return b.DeleteWorkspace(workspace);
                case "add_member": return b.AddMember(workspace, user, Role(a));
                case "set_role": return b.SetRole(workspace, user, Role(a));
                case "remove_member": return b.RemoveMember(workspace, user);
                default: throw new InvalidOperationException("no operation on a workspace is named " + Text(a, "op"));
            }
        }

        private static object Shown(Copied c) { return Json.Object("users", c.Users, "sequence", c.Sequence); }

        private static object Shown(User u)
        {
            return u == null ? null : Json.Object("id", u.Id, "email", u.Email, "username", u.Username, "given_name", u.GivenName,
                "family_name", u.FamilyName, "active", u.IsActive, "admin", u.IsAdmin, "attributes", u.Attributes, "external_ids", u.ExternalIds, "created_at",
                u.CreatedAt, "updated_at", u.UpdatedAt, "deactivated_at", u.DeactivatedAt, "version", u.Version);
        }

        private static object Shown(Seats s)
        {
            return Json.Object("license", s.License, "license_version", s.LicenseVersion, "limit", s.Limit, "active", s.Active,
                "inactive", s.Inactive, "free", s.Free, "over_by", s.OverBy);
        }

        private static object Shown(SeatHistory h)
        {
            return Json.Object("since", h.Since, "peak", h.Peak, "peak_day", h.PeakDay, "days",
                h.Days.Select(of => Json.Object("day", of.Day, "peak", of.Peak, "last", of.Last)));
        }

        private static object Shown(Workspace w)
        {
            return w == null ? null : Json.Object("id", w.Id, "name", w.Name, "archived", w.IsArchived, "default_of", w.DefaultOf,
                "external_ids", w.ExternalIds, "created_at", w.CreatedAt, "updated_at", w.UpdatedAt, "version", w.Version);
        }

        private static object Shown(Member m)
        {
            return Json.Object("workspace", m.Workspace, "user", m.User, "role", m.Role, "since", m.Since, "version", m.Version);
        }

        private static object Shown(Change c)
        {
            return c == null ? null : Json.Object("sequence", c.Sequence, "at", c.At, "actor", c.Actor, "door", c.Door, "request_id", c.RequestId,
                "events", c.Events.Select(e => Json.Object("event", e.Kind, "user", e.User, "workspace", e.Workspace, "fields",
                    e.Fields, "active", e.IsActive, "role", e.Role, "license", e.License, "default_of", e.User)));
        }

        private static object Shown(Applied a)
        {
            return Json.Object("sequence", a.Sequence, "replayed", a.IsReplayed, "outcomes", a.Outcomes.Select(o => Json.Object(
                "subject", o.Subject == Subject.License ? "license" : (object)Json.Object("user", o.UserId, "workspace", o.WorkspaceId),
                "changed", o.Changed, "version", o.Version)));
        }

        internal static Map Shown(HeadcountException e)
        {
            return Json.Object("kind", e.Kind, "op_index", e.Operation, "resume_after", e.ResumeAfter, "latest", e.LatestChange,
                "limit", e.Seats?.Limit, "active", e.Seats?.Active, "requested", e.Seats?.Requested,
                "expected", e.Versions?.Expected, "found", e.Versions?.Found, "message", e.Message);
        }
    }
}
