using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using NUnit.Framework;

namespace Headcount.Tests
{
    using Map = Dictionary<string, object>;

    /// The runner of tests/conformance, which says what every binding does.
    [TestFixture]
    public class ConformanceTest
    {
        private sealed class Wrong : Exception
        {
            internal Wrong(string message) : base(message) { }
        }

        private struct Step
        {
            internal string Line;
            internal Map Node;
        }

        /// What a call came to: a value, or the error as a value.
        private struct Result
        {
            internal object Value;
            internal bool Failed;
        }

        private readonly List<string> failures = new List<string>();
        private int passed;

        [Test]
        public void EveryCasePasses()
        {
            Run("");
            Assert.AreEqual("", string.Join("\n", failures));
            Assert.That(passed, Is.GreaterThan(60));
        }

        [Test]
        public void EachPlantedErrorIsFound()
        {
            Run("planted");
            Assert.AreEqual(0, passed);
            Assert.That(failures.Count, Is.GreaterThanOrEqualTo(20));
        }

        private void Run(string folder)
        {
            passed = 0;
            failures.Clear();
            var scripts = Path.Combine(Files.Root, "tests", "conformance", folder);
            foreach (var path in System.IO.Directory.GetFiles(scripts, "*.jsonl").OrderBy(path => path, StringComparer.Ordinal))
            {
                var cases = new List<List<Step>>();
                var number = 0;
                foreach (var line in File.ReadAllLines(path))
                {
                    number++;
                    if (line.Length == 0)
                        continue;
                    var node = (Map)Json.Read(line);
                    if (node.ContainsKey("case"))
                        cases.Add(new List<Step>());
                    cases.Last().Add(new Step { Line = Path.GetFileName(path) + ":" + number, Node = node });
                }
                // .NET can't fork.
                foreach (var steps in cases.Where(steps => !Regex.IsMatch(Json.Show(steps[0].Node), @"needs: \[fork")))
                    RunCase(steps);
            }
            Console.WriteLine(passed + " passed, " + failures.Count + " failed");
        }

        private void RunCase(List<Step> steps)
        {
            var names = new Map();
            var at = steps[0];
            using (var files = new Files())
            using (var calls = new ConformanceCalls(files))
            {
                try
                {
                    calls.Open((Map)at.Node["open"]);
                    foreach (var step in steps.Skip(1))
                    {
                        at = step;
                        Take(calls, step.Node, names);
                    }
                    passed++;
                }
                catch (Exception failure) when (failure is Wrong || failure is HeadcountException)
                {
                    failures.Add(at.Line + ": " + steps[0].Node["case"] + ": " + failure.Message);
                }
            }
        }

        private static Result Call(ConformanceCalls calls, Map step, Map names, string i)
        {
            try
            {
                var arguments = step.ContainsKey("in") ? (Map)Filled(step["in"], names, i) : new Map();
                var actor = step.ContainsKey("as") ? (string)Filled(step["as"], names, i) : null;
                var door = step.ContainsKey("through") ? (string)step["through"] : null;
                return new Result { Value = Json.Plain(calls.Call((string)step["do"], arguments, actor, door)) };
            }
            catch (HeadcountException refused)
            {
                return new Result { Value = ConformanceCalls.Shown(refused), Failed = true };
            }
        }

        private static void Take(ConformanceCalls calls, Map step, Map names)
        {
            if (!step.ContainsKey("race"))
            {
                Expect(step, Call(calls, step, names, ""), names);
                return;
            }
            var results = new Result[(int)(decimal)step["race"]];
            var threads = results.Select((_, i) => new Thread(() => results[i] = Call(calls, step, names, i.ToString()))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            foreach (var result in results)
            {
                var of = new Map(step);
                of.Remove(result.Failed ? "out" : "err");
                Expect(of, result, new Map(names));
            }
            var won = results.Count(result => !result.Failed);
            if (won != (decimal)step["won"])
                throw new Wrong(Json.Show(step) + " was won by " + won);
        }

        private static void Expect(Map step, Result result, Map names)
        {
            object expected;
            bool right;
            if (!step.TryGetValue("err", out expected))
                right = !result.Failed && (!step.TryGetValue("out", out expected) || Matches(expected, result.Value, names));
            else
            {
                var numbers = expected as Map;
                var kind = numbers == null ? expected : numbers.Keys.Single();
                right = result.Failed && kind.Equals(((Map)result.Value)["kind"])
                    && (numbers == null || Matches(numbers[(string)kind], result.Value, names));
            }
            if (!right)
                throw new Wrong(Json.Show(step) + " gave " + Json.Show(result.Value));
        }

        private static object Filled(object given, Map names, string i)
        {
            var text = given as string;
            if (text != null)
                return text.StartsWith("$") ? names[text] : text.Replace("{i}", i);
            var items = given as List<object>;
            if (items != null)
                return items.Select(item => Filled(item, names, i)).ToList();
            var members = given as Map;
            if (members == null)
                return given;
            if (members.ContainsKey("$repeat"))
                return string.Concat(Enumerable.Repeat((string)members["$repeat"], (int)(decimal)members["times"]));
            return members.ToDictionary(each => each.Key, each => Filled(each.Value, names, i));
        }

        private static bool Matches(object wanted, object found, Map names)
        {
            var text = wanted as string;
            if (text != null && text.StartsWith("$"))
            {
                if (found != null && !names.ContainsKey(text))
                    names.Add(text, found);
                return found != null && names[text].Equals(found);
            }
            var members = wanted as Map;
            if (members != null && members.ContainsKey("$from"))
                return DateTimeOffset.Parse((string)found) >= DateTimeOffset.Parse((string)names[(string)members["$from"]]);
            if (members != null)
            {
                var of = found as Map;
                return of != null && members.All(each => Matches(each.Value, of.ContainsKey(each.Key) ? of[each.Key] : null, names));
            }
            var items = wanted as List<object>;
            if (items == null)
                return Equals(wanted, found);
            var list = found as List<object>;
            return list != null && list.Count == items.Count && items.Select((item, i) => Matches(item, list[i], names)).All(same => same);
        }
    }
}
