using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Headcount.Tests
{
    /// Reads JSON, which neither mono nor .NET Core 3.1 has a common library for.
    internal static class Json
    {
        /// JSON as elements, each with its key and, as its kind, the first character of its JSON.
        internal static XElement Read(string json) =>
            Read("", Regex.Matches(json, "\"(\\\\.|[^\"\\\\])*\"|[][{}]|[^][{}\",:\\s]+").Cast<Match>().Select(each => each.Value).GetEnumerator());

        private static XElement Read(string key, IEnumerator<string> tokens)
        {
            var token = tokens.MoveNext() ? tokens.Current : throw new FormatException("JSON ends early");
            var read = new XElement("value", new XAttribute("key", key), new XAttribute("kind", token.Substring(0, 1)));
            if (token != "{" && token != "[") read.Value = token[0] == '"' ? Regex.Unescape(token.Substring(1, token.Length - 2)) : token;
            else for (var each = Read("", tokens); !"]}".Contains(Kind(each)); each = Read("", tokens)) read.Add(token == "{" ? Read(each.Value, tokens) : each);
            return read;
        }

        internal static string Kind(XElement of) { return of == null ? "n" : (string)of.Attribute("kind"); }
        internal static XElement At(XElement of, string key) { return of.Elements().FirstOrDefault(each => each.Attribute("key").Value == key); }
        internal static string Value(XElement of, string key) { return Kind(At(of, key)) == "n" ? null : At(of, key).Value; }
        internal static string Snake(string name) { return Regex.Replace(name, "(?<=[a-z])(?=[A-Z])", "_").ToLowerInvariant(); }
    }
}
