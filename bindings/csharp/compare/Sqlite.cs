using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

/// The same table in SQLite, by prepared statements and nothing between: what
/// Microsoft.Data.Sqlite does and more would come on top.
internal sealed class Sqlite : IDisposable
{
    internal sealed class Row
    {
        internal string Id, Email, Username, GivenName, FamilyName;
        internal bool IsActive, IsAdmin;
        internal ulong Version;
        internal long CreatedAt, UpdatedAt;
    }

    private const string Library = "libsqlite3.so.0";
    private const int RowReady = 100, Done = 101;
    private static readonly IntPtr Transient = new IntPtr(-1);
    private readonly IntPtr connection, find, all, insert;

    internal Sqlite(string path)
    {
        Check(sqlite3_open(Utf8(path), out connection) == 0);
        Run("pragma journal_mode = wal; pragma synchronous = full");
        Run("create table users (id text primary key, email text not null unique collate nocase, username text not null unique,"
            + " given_name text, family_name text, active integer not null, admin integer not null, created_at integer not null,"
            + " updated_at integer not null, version integer not null) without rowid");
        find = Prepare("select * from users where email = ?");
        all = Prepare("select * from users order by email");
        insert = Prepare("insert into users values (?, ?, ?, 'Ann', 'Lovelace', 1, 0, 1, 1, 1)");
    }

    internal void Run(string statements) { Check(sqlite3_exec(connection, Utf8(statements), IntPtr.Zero, IntPtr.Zero, IntPtr.Zero) == 0); }

    internal void Create(string email, string username)
    {
        Bind(insert, 1, Guid.NewGuid().ToString());
        Bind(insert, 2, email);
        Bind(insert, 3, username);
        Check(sqlite3_step(insert) == Done);
        sqlite3_reset(insert);
    }

    internal Row Find(string email)
    {
        Bind(find, 1, email);
        Check(sqlite3_step(find) == RowReady);
        var row = Read(find);
        sqlite3_reset(find);
        return row;
    }

    internal IEnumerable<Row> All()
    {
        while (sqlite3_step(all) == RowReady)
            yield return Read(all);
        sqlite3_reset(all);
    }

    private static Row Read(IntPtr statement)
    {
        return new Row
        {
            Id = Text(statement, 0), Email = Text(statement, 1), Username = Text(statement, 2), GivenName = Text(statement, 3),
            FamilyName = Text(statement, 4), IsActive = sqlite3_column_int64(statement, 5) == 1,
            IsAdmin = sqlite3_column_int64(statement, 6) == 1, CreatedAt = sqlite3_column_int64(statement, 7),
            UpdatedAt = sqlite3_column_int64(statement, 8), Version = (ulong)sqlite3_column_int64(statement, 9)
        };
    }

    private static unsafe string Text(IntPtr statement, int column)
    {
        var text = sqlite3_column_text(statement, column);
        return Encoding.UTF8.GetString((byte*)text, sqlite3_column_bytes(statement, column));
    }

    private static void Bind(IntPtr statement, int index, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Check(sqlite3_bind_text(statement, index, bytes, bytes.Length, Transient) == 0);
    }

    private IntPtr Prepare(string text)
    {
        IntPtr statement;
        Check(sqlite3_prepare_v2(connection, Utf8(text), -1, out statement, IntPtr.Zero) == 0);
        return statement;
    }

    private static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }

    private static void Check(bool done)
    {
        if (!done)
            throw new InvalidOperationException("SQLite failed");
    }

    public void Dispose()
    {
        foreach (var statement in new[] { find, all, insert })
            sqlite3_finalize(statement);
        sqlite3_close(connection);
    }

    [DllImport(Library)]
    private static extern int sqlite3_open(byte[] path, out IntPtr connection);
    [DllImport(Library)]
    private static extern int sqlite3_exec(IntPtr connection, byte[] text, IntPtr callback, IntPtr argument, IntPtr error);
    [DllImport(Library)]
    private static extern int sqlite3_prepare_v2(IntPtr connection, byte[] text, int bytes, out IntPtr statement, IntPtr rest);
    [DllImport(Library)]
    private static extern int sqlite3_bind_text(IntPtr statement, int index, byte[] text, int bytes, IntPtr lifetime);
    [DllImport(Library)]
    private static extern int sqlite3_step(IntPtr statement);
    [DllImport(Library)]
    private static extern int sqlite3_reset(IntPtr statement);
    [DllImport(Library)]
    private static extern IntPtr sqlite3_column_text(IntPtr statement, int column);
    [DllImport(Library)]
    private static extern int sqlite3_column_bytes(IntPtr statement, int column);
    [DllImport(Library)]
    private static extern long sqlite3_column_int64(IntPtr statement, int column);
    [DllImport(Library)]
    private static extern int sqlite3_finalize(IntPtr statement);
    [DllImport(Library)]
    private static extern int sqlite3_close(IntPtr connection);
}
