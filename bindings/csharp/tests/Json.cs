using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Headcount.Tests
{
    /// Reads JSON into null, bool, decimal, string, List and Dictionary, and brings values of
    /// the binding into the same form.
    internal sealed class Json
    {
        private readonly string text;
        private int at;

        private Json(string text) { this.text = text; }

        internal static object Read(string text) { return new Json(text).Value(); }

        private char Next()
        {
            while (char.IsWhiteSpace(text[at]) || text[at] == ',' || text[at] == ':')
                at++;
            return text[at];
        }

        private object Value()
        {
            switch (Next())
            {
                case '{':
                    var members = new Dictionary<string, object>();
                    for (at++; Next() != '}';)
                    {
                        var key = String();
                        members.Add(key, Value());
                    }
                    at++;
                    return members;
                case '[':
                    var items = new List<object>();
                    for (at++; Next() != ']';)
                        items.Add(Value());
                    at++;
                    return items;
                case '"':
                    return String();
            }
            var start = at;
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '-' || text[at] == '.'))
                at++;
            var word = text.Substring(start, at - start);
            return word == "null" ? null : word == "true" ? true : word == "false" ? false
                : (object)decimal.Parse(word, CultureInfo.InvariantCulture);
        }

        private string String()
        {
            var read = new StringBuilder();
            for (at++; text[at] != '"'; at++)
            {
                if (text[at] != '\\')
                    read.Append(text[at]);
                else if (text[++at] != 'u')
                    read.Append(text[at] == 'n' ? '\n' : text[at] == 't' ? '\t' : text[at] == 'r' ? '\r' : text[at]);
                else
                {
                    read.Append((char)Convert.ToInt32(text.Substring(at + 1, 4), 16));
                    at += 4;
                }
            }
            at++;
            return read.ToString();
        }

        internal static Dictionary<string, object> Object(params object[] pairs)
        {
            var made = new Dictionary<string, object>();
            for (var i = 0; i < pairs.Length; i += 2)
                made[(string)pairs[i]] = Plain(pairs[i + 1]);
            return made;
        }

        internal static object Plain(object value)
        {
            var pairs = value as IReadOnlyDictionary<string, string>;
            if (pairs != null)
                return pairs.ToDictionary(each => each.Key, each => (object)each.Value);
            if (value == null || value is string || value is bool || value is decimal || value is Dictionary<string, object>)
                return value;
            if (value is Fields)
                return Enum.GetValues(typeof(Fields)).Cast<Fields>().Where(f => f != 0 && ((Fields)value & f) != 0).Select(f => Plain(f.ToString())).Select(f => (object)Snake((string)f)).ToList();
            if (value is Enum)
                return Snake(value.ToString());
            if (value is DateTimeOffset)
                return ((DateTimeOffset)value).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
            var list = value as System.Collections.IEnumerable;
            if (list != null)
                return list.Cast<object>().Select(Plain).ToList();
            return value is ulong || value is int ? Convert.ToDecimal(value) : (object)value.ToString();
        }

        /// no_free_seat of NoFreeSeat
        internal static string Snake(string name)
        {
            var snake = new StringBuilder();
            for (var i = 0; i < name.Length; i++)
            {
                if (i > 0 && char.IsUpper(name[i]) && char.IsLower(name[i - 1]))
                    snake.Append('_');
                snake.Append(char.ToLowerInvariant(name[i]));
            }
            return snake.ToString();
        }

        internal static string Show(object value)
        {
            var members = value as Dictionary<string, object>;
            if (members != null)
                return "{" + string.Join(", ", members.Select(each => each.Key + ": " + Show(each.Value))) + "}";
            var items = value as List<object>;
            return items != null ? "[" + string.Join(", ", items.Select(Show)) + "]" : value == null ? "null" : value.ToString();
        }
    }
}
