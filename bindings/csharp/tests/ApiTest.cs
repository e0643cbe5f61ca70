using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using static Headcount.Tests.Json;

namespace Headcount.Tests
{
    /// What this assembly repeats of the C API is what include/headcount.json says.
    [TestFixture]
    public class ApiTest
    {
        private static readonly XElement Api = Read(File.ReadAllText(Path.Combine(Files.Root, "include", "headcount.json")));
        private static readonly Guid Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), Other = Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100");

        private static IEnumerable<XElement> List(XElement of, string key) { return At(of, key).Elements(); }

        [Test]
        public void EveryFunctionIsDescribedAsItIs()
        {
            var declared = typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Where(each => each.Name.StartsWith("hc_")).ToDictionary(each => each.Name);
            foreach (var function in List(Api, "functions"))
            {
                var name = (string)At(function, "name");
                var method = declared[name];
                declared.Remove(name);
                var types = List(function, "parameters").Select(each => (string)At(each, "type")).ToList();
                Assert.AreEqual(types.Count, method.GetParameters().Length, name);
                for (var i = 0; i < types.Count; i++)
                    Assert.IsTrue(Fits(types[i], method.GetParameters()[i].ParameterType), name + ": " + types[i]);
                Assert.IsTrue(Fits((string)At(At(function, "result"), "type"), method.ReturnType), name);
            }
            Assert.IsEmpty(declared);
        }

        private static bool Fits(string c, Type type)
        {
            switch (c)
            {
                case "void": return type == typeof(void);
                case "int32_t": case "hc_status": return type == typeof(int);
                case "uint32_t": return type == typeof(uint);
                case "uint64_t": return type == typeof(ulong);
                case "size_t": return type == typeof(UIntPtr);
            }
            if (type.IsByRef && !c.Contains("struct"))
                return !c.StartsWith("const") && Fits(c.TrimEnd('*', ' '), type.GetElementType()) || c.EndsWith("**") && type.GetElementType() == typeof(IntPtr);
            return type == typeof(IntPtr) || type == typeof(byte[]) || c == "uint32_t *" && type == typeof(uint[]) || type.IsByRef || typeof(SafeHandle).IsAssignableFrom(type);
        }

        [Test]
        public void FiguresAreReadFromTheFieldsOfTheirNames()
        {
            Figures<hc_stats>(Copies.Stats);
            Figures<hc_seats>(Copies.Seats);
            Figures<hc_verified>(Copies.Verified);
            Figures<hc_copied>(Copies.Copied);
        }

        /// Reads a struct in which each number is another one.
        private static void Figures<T>(Func<T, object> read) where T : struct
        {
            object native = new T();
            var figures = typeof(T).GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Where(each => each.FieldType == typeof(ulong)).ToList();
            for (var i = 0; i < figures.Count; i++)
                figures[i].SetValue(native, (ulong)i + 1);
            var found = read((T)native);
            var properties = found.GetType().GetProperties().Where(each => each.PropertyType != typeof(License)).ToList();
            foreach (var property in properties)
                Assert.AreEqual(1 + figures.FindIndex(each => each.Name == Snake(property.Name)), property.GetValue(found, null), property.Name);
            Assert.That(properties.Count, Is.GreaterThan(2));
        }

        [Test]
        public void StructsAndConstantsAreTheLibrarys()
        {
            var types = typeof(Native).Assembly.GetTypes().ToDictionary(each => each.FullName);
            var structs = 0;
            foreach (var one in List(Api, "structs").Where(each => types.ContainsKey("Headcount." + At(each, "name").Value)))
            {
                var type = types["Headcount." + At(one, "name").Value];
                var at = 0;
                foreach (var field in List(one, "fields"))
                {
                    var c = (string)At(field, "type");
                    var bytes = c == "uint8_t" ? 1 : c == "int32_t" || c == "uint32_t" ? 4 : 8;
                    at = (at + bytes - 1) / bytes * bytes;
                    Assert.AreEqual(at, (int)Marshal.OffsetOf(type, (string)At(field, "name")), At(one, "name").Value + "." + At(field, "name").Value);
                    at += bytes * (int)At(field, "count");
                }
                Assert.AreEqual((at + 7) / 8 * 8, Marshal.SizeOf(type), (string)At(one, "name"));
                structs++;
            }
            Assert.That(structs, Is.GreaterThanOrEqualTo(6));
            var constants = List(Api, "constants").ToDictionary(each => (string)each.Attribute("key"), each => (decimal)each);
            foreach (var value in List(Api, "enums").SelectMany(each => List(each, "values")))
                constants.Add((string)At(value, "name"), (decimal)At(value, "value"));
            foreach (var constant in typeof(Native).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(each => each.IsLiteral))
                Assert.AreEqual(constants[constant.Name], Convert.ToDecimal(constant.GetRawConstantValue()), constant.Name);
            var enums = new Dictionary<string, Type>
            {
                { "hc_status", typeof(ErrorKind) }, { "hc_event", typeof(EventKind) }, { "hc_field", typeof(Fields) }, { "hc_role", typeof(Role) },
                { "hc_sort", typeof(Sort) }, { "hc_subject", typeof(Subject) }, { "hc_log_level", typeof(LogLevel) },
                { "hc_operation", typeof(OpCode) }, { "hc_op_field", typeof(OpField) }, { "hc_user_key", typeof(KeyKind) }
            };
            foreach (var one in List(Api, "enums").Where(each => enums.ContainsKey((string)At(each, "name"))))
            {
                foreach (var value in List(one, "values").Where(each => (string)At(each, "name") != "HC_STATUS_OK"))
                {
                    var named = Enum.ToObject(enums[(string)At(one, "name")], (int)At(value, "value")).ToString();
                    Assert.AreEqual((string)At(value, "name"), At(one, "name").Value.ToUpperInvariant() + "_" + Snake(named).ToUpperInvariant());
                }
            }
        }

        [Test]
        public void PackedRecordsAreReadFromTheirPlaces()
        {
            var u = Packed.User(new Record("User").Number("flags", 3).Guid("id", Id).Number("version", 7).Number("created at", 1000001)
                .Number("updated at", 2000002).Number("deactivated at", 3000003).Text("email", "ann@ex.co").Text("username", "änn")
                .Text("given name", "Ann").Text("family name", "Öl").Pair("attributes", "a", "b").Pair("external ids", "okta", "1").Bytes, 0);
            Assert.AreEqual(new object[] { Id, "ann@ex.co", "änn", "Ann", "Öl", true, true, 7, Micros(1000001), Micros(2000002), Micros(3000003), "b", "1" },
                new object[] { u.Id, u.Email, u.Username, u.GivenName, u.FamilyName, u.IsActive, u.IsAdmin, u.Version, u.CreatedAt, u.UpdatedAt,
                    u.DeactivatedAt, u.Attributes["a"], u.ExternalIds["okta"] });
            var w = Packed.Workspace(new Record("Workspace").Number("flags", 3).Number("id", 4).Number("version", 5).Number("created at", 6)
                .Number("updated at", 7).Guid("default of", Id).Text("name", "Öl").Pair("external ids", "okta", "1").Bytes, 0);
            Assert.AreEqual(new object[] { 4, "Öl", true, Id, 5, Micros(6), Micros(7), "1" },
                new object[] { w.Id, w.Name, w.IsArchived, w.DefaultOf, w.Version, w.CreatedAt, w.UpdatedAt, w.ExternalIds["okta"] });
            var m = Packed.Member(new Record("Membership").Number("role", 1).Number("workspace", 4).Guid("user", Id).Number("since", 5).Number("version", 6).Bytes, 0);
            Assert.AreEqual(new object[] { 4, Id, Role.Owner, Micros(5), 6 }, new object[] { m.Workspace, m.User, m.Role, m.Since, m.Version });
            var made = new Record("Change", 1).Number("kind", 14).Number("flags", 7).Number("fields", 1).Number("workspace", 4).Guid("user", Other)
                .Number("role", 2).Bytes;
            var c = Packed.Change(new Record("Change").Number("flags", 3).Number("sequence", 9).Number("at", 8).Guid("actor", Id).Guid("request id", Other)
                .Number("event_bytes", (ulong)made.Length).Text("door", "rest").Table("events", made).Bytes, 0);
            var e = c.Events.Single();
            Assert.AreEqual(new object[] { 9, Micros(8), Id, "rest", Other, EventKind.MemberAdded, Other, 4, Fields.Email, true, Role.User },
                new object[] { c.Sequence, c.At, c.Actor, c.Door, c.RequestId, e.Kind, e.User, e.Workspace, e.Fields, e.IsActive, e.Role });
        }

        private static DateTimeOffset Micros(long micros) { return new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(10 * micros); }

        /// A packed record, made where the tables say.
        private sealed class Record
        {
            private readonly Dictionary<string, XElement> fields;
            private readonly List<byte> bytes;

            internal Record(string section, int table = 0)
            {
                var listed = List(List(Api, "packed").Where(each => (string)At(each, "section") == section).ElementAt(table), "fields").ToList();
                fields = listed.ToDictionary(each => (string)At(each, (string)At(each, "field") == "" ? "at" : "field"));
                var last = listed.Last();
                bytes = new List<byte>(new byte[(int)At(last, "at") + ((string)At(last, "type") == "u64" ? 8 : 0)]);
            }

            internal byte[] Bytes { get { return bytes.ToArray(); } }

            private int Offset(string field) { return (int)At(fields[field], "at"); }

            private void Put(int at, IEnumerable<byte> what)
            {
                foreach (var one in what)
                    bytes[at++] = one;
            }

            internal Record Number(string field, ulong value)
            {
                var type = (string)At(fields[field], "type");
                Put(Offset(field), BitConverter.GetBytes(value).Take(type == "u16" ? 2 : type == "u32" ? 4 : 8));
                return this;
            }

            internal Record Guid(string field, Guid id)
            {
                Put(Offset(field), Interop.Bytes(id));
                return this;
            }

            private Record Place(int at, byte[] what, int count)
            {
                Put(at, BitConverter.GetBytes(bytes.Count).Concat(BitConverter.GetBytes(count)));
                bytes.AddRange(what);
                return this;
            }

            internal Record Text(string field, string text)
            {
                var what = Encoding.UTF8.GetBytes(text);
                return Place(Offset(field), what, what.Length);
            }

            internal Record Table(string field, byte[] entry) { return Place(Offset(field), entry, 1); }

            internal Record Pair(string field, string name, string value)
            {
                var entry = bytes.Count;
                byte[] n = Encoding.UTF8.GetBytes(name), v = Encoding.UTF8.GetBytes(value);
                return Table(field, new byte[16]).Place(entry, n, n.Length).Place(entry + 8, v, v.Length);
            }
        }
    }
}
