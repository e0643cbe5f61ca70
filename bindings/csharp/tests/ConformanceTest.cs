using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using System.Xml.Linq;
using NUnit.Framework;
using static Headcount.Tests.Json;

namespace Headcount.Tests
{
    using Map = Dictionary<string, object>;

    /// Runs the conformance script, whose format tests/conformance/README.md describes. Finds calls and setters by name, by reflection.
    [TestFixture]
    public class ConformanceTest
    {
        private static readonly XElement Known = Read(File.ReadAllText(Path.Combine(Files.Root, "tests/conformance/calls.json")));
        private static readonly string[] OfFork = { "a child of fork is refused", "a child of fork is refused in memory too" };
        private readonly List<string> skipped = new List<string>();
        private Dictionary<string, XElement> names;
        private Files files;
        private Directory directory;
        private Feed feed;

        [Test] public void EachPlantedErrorIsFound() { Assert.That(Run("planted"), Has.Count.EqualTo(40).And.All.Not.Null); }
        [Test] public void EveryCasePasses() { Assert.That(Run(""), Has.Count.EqualTo(93).And.All.Null); Assert.That(skipped, Is.EqualTo(OfFork)); }

        /// Runs the cases of a folder, and prints and returns what is wrong with each: null for one that passes.
        private List<string> Run(string folder)
        {
            var failures = new List<string>();
            var scripts = System.IO.Directory.GetFiles(Path.Combine(Files.Root, "tests/conformance", folder), "*.jsonl").OrderBy(path => path, StringComparer.Ordinal);
            foreach (var lines in scripts.SelectMany(path => Regex.Split(File.ReadAllText(path), "^(?={\"case\")", RegexOptions.Multiline)).Where(lines => lines != ""))
                using (files = new Files())
                {
                    if (Regex.IsMatch(lines, "\"needs\":.*\"fork\"")) { skipped.Add(At(Read(lines), "case").Value); continue; } // .NET can't.
                    names = new Dictionary<string, XElement>();
                    failures.Add(lines.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries).Select(Failure).FirstOrDefault(each => each != null));
                    Console.Write(failures.Last() == null ? "" : "FAILED " + lines.Split('\n')[0] + "\n" + failures.Last() + "\n");
                    try { feed?.Dispose(); directory?.Dispose(); } catch (HeadcountException) { } // A case may have taken its file away.
                }
            Console.WriteLine(failures.Count(each => each == null) + " passed, " + failures.Count(each => each != null) + " failed, skipped: " + string.Join(", ", skipped));
            return failures;
        }

        /// Carries out a step, and returns what is wrong with its outcome: null if nothing is.
        private string Failure(string line)
        {
            var step = Read(line);
            if (UnknownWords(step).Any()) return line + " has " + string.Join(", ", UnknownWords(step));
            var racers = (int?)At(step, "race");
            var outcomes = Task.WhenAll(Enumerable.Range(0, racers ?? 1).Select(i => Task.Factory.StartNew(
                () => Outcome(Filled(line, racers == null ? "" : i.ToString())), TaskCreationOptions.LongRunning))).Result;
            foreach (var outcome in outcomes)
            {
                var side = At(racers == null ? step : Read(outcome), "err") == null ? "out" : "err";
                XElement wanted = At(step, side), found = At(Read(outcome), side);
                if (side == "err" && found != null && Kind(wanted) == "\"") found = At(found, "kind");
                var isRight = wanted == null ? side == "out" : Matches(wanted, found, racers == null ? names : new Dictionary<string, XElement>(names));
                if (found == null || !isRight) return line + " gave " + outcome;
            }
            var isWon = racers == null || outcomes.Count(outcome => outcome.StartsWith("{\"out\"")) == (int)At(step, "won");
            return isWon ? null : line + " was won by " + outcomes.Count(outcome => outcome.StartsWith("{\"out\""));
        }

        /// What calls.json lacks of a line: a word that is misspelt would say nothing.
        private static IEnumerable<string> UnknownWords(XElement line)
        {
            string kind = At(line, "case") == null ? "step" : "case", call = At(line, "case") == null ? Value(line, "do") : "open";
            var given = At(line, "in") ?? At(line, "open") ?? new XElement("in");
            Func<string, string, XElement, IEnumerable<string>> unknown = (part, name, of) => Value(At(Known, part), name) == null
                ? new[] { name } : of.Elements().Attributes("key").Select(key => key.Value).Except(Value(At(Known, part), name).Split(' '));
            var operations = (At(given, "operations") ?? new XElement("none")).Elements();
            return unknown("lines", kind, line).Concat(unknown("calls", call, given)).Concat(operations.SelectMany(each => unknown("operations", Value(each, "op"), each)));
        }

        private static bool Matches(XElement wanted, XElement found, Dictionary<string, XElement> names)
        {
            var isName = Kind(wanted) == "\"" && wanted.Value.StartsWith("$");
            if (At(wanted, "$from") != null) return Kind(found) == "\"" && (DateTimeOffset)found >= (DateTimeOffset)names[At(wanted, "$from").Value];
            if (At(wanted, "$has") != null) return Kind(found) == "\"" && found.Value.Contains(At(wanted, "$has").Value);
            if (isName && Kind(found) != "n" && !names.ContainsKey(wanted.Value)) names.Add(wanted.Value, found);
            if (isName && Kind(found) != "n") wanted = names[wanted.Value];
            if (Kind(wanted) != Kind(found) || found == null) return Kind(wanted) == Kind(found);
            if (Kind(wanted) == "{") return wanted.Elements().All(each => Matches(each, At(found, each.Attribute("key").Value), names));
            return Kind(wanted) != "[" ? wanted.Value == found.Value : wanted.Elements().Count() == found.Elements().Count()
                && wanted.Elements().Zip(found.Elements(), (one, other) => Matches(one, other, names)).All(same => same);
        }

        /// The outcome of a call as JSON: an object with "out" or "err".
        private string Outcome(XElement step)
        {
            try
            {
                var d = At(step, "as") == null ? directory : directory.ActingAs((Guid)At(step, "as"));
                d = At(step, "through") == null ? d : d.Through((string)At(step, "through"));
                var name = Value(step, "do") ?? "open";
                var given = At(step, "in") ?? At(step, "open") ?? new XElement("in");
                var result = Invoke(Named(this, name).Any() ? this : (object)d, name, given);
                return "{\"out\":" + Text(name.StartsWith("delete_") ? At(given, name.Substring(7)) : result) + "}";
            }
            catch (HeadcountException refused) { return "{\"err\":" + Text(refused) + "}"; }
        }

        private XElement Filled(string line, string i) =>
            Read(Regex.Replace(names.Aggregate(line.Replace("{i}", i), (text, name) => text.Replace(Text(name.Key), Text(name.Value))),
                "{\"\\$repeat\":\"(.*?)\",\"times\":(\\d+)}", of => Text(string.Concat(Enumerable.Repeat(of.Groups[1].Value, int.Parse(of.Groups[2].Value))))));

        /// A value of the binding as JSON, in the format of the script.
        private static string Text(object value)
        {
            if (value is XElement element) return Kind(element) == "\"" ? Text(element.Value) : element.Value;
            if (value is Enum) return value is Fields ? Text(Regex.Split(value.ToString(), ", ").Select(Snake)) : Text(Snake(value.ToString()));
            if (value is DateTimeOffset time) return Text(time.ToString("yyyy-MM-dd'T'HH':'mm':'ss.FFFFFF'Z'"));
            if (value is string || value is Guid || value is License) return '"' + Regex.Replace(value.ToString(), "[\"\\\\]", "\\$0") + '"';
            if (value == null || value is ValueType) return value == null ? "null" : value.ToString().ToLowerInvariant();
            if (value is IDictionary pairs) return "{" + string.Join(",", pairs.Keys.Cast<string>().Select(key => Text(key) + ":" + Text(pairs[key]))) + "}";
            if (value is IEnumerable list) return "[" + string.Join(",", list.Cast<object>().Select(Text)) + "]";
            var shown = value.GetType().GetProperties().Where(each => each.DeclaringType == value.GetType()).ToDictionary(
                each => Snake(Regex.Replace(each.Name, "^Is(?=[A-Z])", "")), each => each.GetValue(value));
            if (value is Outcome && !Subject.License.Equals(shown["subject"])) shown["subject"] = new Map { { "user", shown["user_id"] }, { "workspace", shown["workspace_id"] } };
            if (value is Event) { shown["event"] = shown["kind"]; shown["default_of"] = shown["user"]; }
            if (!(value is HeadcountException e)) return Text(shown);
            var numbers = new Map { { "op_index", e.Operation }, { "resume_after", e.ResumeAfter }, { "latest", e.LatestChange }, { "limit", e.Seats?.Limit },
                { "active", e.Seats?.Active }, { "requested", e.Seats?.Requested }, { "expected", e.Versions?.Expected }, { "found", e.Versions?.Found } };
            return Text(new Map { { "kind", e.Kind }, { "op_index", e.Operation }, { Snake(e.Kind.ToString()), numbers } });
        }

        // The calls of the script that Directory lacks or answers in another way.
        public void Open(Options options, string path = null) { var before = directory; directory = path == null ? Directory.InMemory(options) : Directory.Open(path, options); before?.Dispose(); }
        public void Close() { directory.Dispose(); }
        public void Follow(ulong after) { feed = directory.Follow(after); }
        public ulong Position() { return feed.Position; }
        public Change Next(ulong timeoutMs) { return feed.Next(TimeSpan.FromMilliseconds(timeoutMs)); }
        public object Changes(ulong after) { return directory.Changes(after).ToList(); }
        public ulong Len() { return directory.Count(new UserQuery()); }
        public Seats SetLicense(License license) { directory.SetLicense(license); return directory.Seats(); }
        public void Export(string path) { using (var lines = File.Create(path)) directory.Export(lines); }
        public void Load(string path) { using (var lines = File.OpenRead(path)) directory.Load(lines); }
        public FaultList FindFaults(int limit, string path = null) { return path == null ? directory.FindFaults(limit) : Directory.FindFaultsIn(path, limit); }
        public FaultList PlanRepair(string path, int limit) { return Directory.Repair(path, null, limit); }
        public void ReplaceInFile(string path, string text, string with) { var latin1 = System.Text.Encoding.GetEncoding(28591); File.WriteAllText(path, File.ReadAllText(path, latin1).Replace(text, with), latin1); }
        public void WriteFile(string path, string text) { File.WriteAllText(path, text); }
        public void RemoveFile(string path) { File.Delete(path); }
        public bool Exists(string path) { return File.Exists(path); }
        // By another process, since .NET Core would lock the file, which the directory has locked.
        public void CopyFile(string from, string to) { using (var copy = System.Diagnostics.Process.Start("cp", "\"" + from + "\" \"" + to + "\"")) copy.WaitForExit(); }

        private static IEnumerable<MethodInfo> Named(object on, string name) => on.GetType().GetMethods().Where(of =>
            Regex.IsMatch(of.Name.Replace("_", ""), "^(find|set)?" + name.Replace("_", "") + "$", RegexOptions.IgnoreCase));

        /// Calls the method whose parameters are given: the values in their order, and the others by their names.
        private object Invoke(object on, string name, XElement given, params string[] values)
        {
            Func<ParameterInfo, string> text = of => of.Position < values.Length ? values[of.Position] : Value(given, Snake(of.Name));
            var method = Named(on, name).Where(of => of.GetParameters().All(p => p.Position < values.Length || At(given, Snake(p.Name)) != null || p.IsOptional || p.Name == "owner" || IsBuilt(p.ParameterType)))
                .OrderBy(of => of.GetParameters().Count(p => p.Name == "workspace" && IsNumber(text(p)) != (p.ParameterType == typeof(ulong)))).FirstOrDefault();
            if (method == null) throw new ArgumentException("no " + name + " of " + on.GetType().Name + " takes " + string.Join(", ", given.Elements().Attributes("key").Select(each => each.Value)));
            try { return method.Invoke(on, method.GetParameters().Select(p => Argument(p, text(p), given)).ToArray()); }
            catch (TargetInvocationException refused) when (refused.InnerException is HeadcountException) { throw refused.InnerException; }
        }

        private static bool IsNumber(string text) { return Regex.IsMatch(text ?? "", "^\\d+$"); }
        private static bool IsBuilt(Type type) { return type.Namespace == "Headcount" && type.IsClass && type != typeof(License); }

        private object Argument(ParameterInfo of, string text, XElement given)
        {
            var type = of.ParameterType;
            if (IsBuilt(type)) return Built(Activator.CreateInstance(type, type == typeof(NewUser) ? new object[] { Value(given, "email") } : null), given);
            if (text == null) return of.IsOptional ? of.DefaultValue : of.Name == "owner" ? "" : null;
            if (new[] { "path", "backup", "from", "to", "aside" }.Contains(of.Name)) return files.Path(text);
            if (type == typeof(ulong) && !IsNumber(text)) return directory.FindWorkspaceByName(text)?.Id ?? long.MaxValue;
            if (type == typeof(License)) return License.Parse(text);
            if (type == typeof(IEnumerable<string>)) return At(given, of.Name).Elements().Select(each => each.Value);
            if (type == typeof(IEnumerable<Guid>)) return At(given, of.Name).Elements().Select(each => (Guid)each);
            if (type == typeof(IReadOnlyDictionary<string, string>)) return At(given, Snake(of.Name)).Elements().ToDictionary(each => each.Attribute("key").Value, each => each.Value);
            return System.ComponentModel.TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }

        /// Calls the setter of each key; those of lists and objects once for each item.
        private object Built(object builder, XElement given)
        {
            foreach (var each in given.Elements().Where(each => !Regex.IsMatch(each.Attribute("key").Value, builder is NewUser ? "^(op|email)$" : "^(op|user|role|path)$")))
            {
                string key = each.Attribute("key").Value, one = Regex.Replace(key, "s$", ""), text = Value(given, key);
                foreach (var item in each.Elements())
                    if (key != "operations") Invoke(builder, (Kind(item) == "n" ? "remove_" : "") + one, given, Kind(each) == "[" ? item.Value : item.Attribute("key").Value, item.Value);
                    else { Invoke(builder, Value(item, "op"), item); if (At(item, "if_version") != null) ((Batch)builder).IfVersion((ulong)At(item, "if_version")); }
                var setter = key == "license" ? "license_if_new" : key == "admins" ? "admins_only" : key == "username" && text == null ? "reset_username" : key;
                if (Kind(each) != "[" && Kind(each) != "{") Invoke(builder, builder is UserQuery && text == "false" ? "in" + setter : setter, given, text ?? "");
            }
            return builder;
        }
    }
}
