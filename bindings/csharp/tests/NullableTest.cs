using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Headcount.Tests
{
    /// What may be null is said twice: in words, and as compilers from C# 8 on read it.
    [TestFixture]
    public class NullableTest
    {
        [Test]
        public void WhatMayBeNullIsAnnotated()
        {
            var docs = File.ReadAllText(Path.Combine(AppDomain.CurrentDomain.BaseDirectory, "Headcount.xml"));
            var words = Regex.Matches(docs, @"<member name=""([^""(]*)[^""]*"">(.*?)</member>", RegexOptions.Singleline).Cast<Match>()
                .ToLookup(each => each.Groups[1].Value, each => each.Groups[2].Value);
            int may = 0, never = 0;
            Action<string, Type, IList<CustomAttributeData>, int> compare = (name, of, attributes, at) =>
            {
                if (of.IsValueType || !words[name].Any())
                    return;
                var mayBe = Flags(attributes, "NullableAttribute").ElementAtOrDefault(at) == 2;
                // Where only one of several overloads says so, it is not known which.
                if (words[name].All(SaysNull) || !words[name].Any(SaysNull))
                    Assert.AreEqual(words[name].Any(SaysNull), mayBe, name);
                if (mayBe)
                    may++;
                else
                    never++;
            };
            foreach (var type in typeof(Directory).Assembly.GetExportedTypes().Where(type => type.IsClass && !typeof(Delegate).IsAssignableFrom(type)))
            {
                Assert.AreEqual(1, Flags(type.GetCustomAttributesData(), "NullableContextAttribute").Single(), type.Name);
                const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
                foreach (var property in type.GetProperties(all))
                    compare("P:" + type.FullName + "." + property.Name, property.PropertyType, property.GetCustomAttributesData(), 0);
                foreach (var method in type.GetMethods(all).Where(method => !method.IsSpecialName))
                {
                    var isTask = method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(Task<>);
                    var returned = isTask ? method.ReturnType.GetGenericArguments()[0] : method.ReturnType;
                    compare("M:" + type.FullName + "." + method.Name, returned, method.ReturnParameter.GetCustomAttributesData(), isTask ? 1 : 0);
                    foreach (var one in method.GetParameters().Where(one => one.IsOptional && one.DefaultValue == null && !one.ParameterType.IsValueType))
                        Assert.AreEqual(2, Flags(one.GetCustomAttributesData(), "NullableAttribute").Single(), method.Name);
                }
            }
            Assert.That(may, Is.GreaterThanOrEqualTo(14));
            Assert.That(never, Is.GreaterThan(50));
        }

        private static bool SaysNull(string words)
        {
            return Regex.IsMatch(words, @"; null (if|for|where|when) |otherwise null|or null when|returns null");
        }

        internal static byte[] Flags(IEnumerable<CustomAttributeData> attributes, string name)
        {
            var found = attributes.SingleOrDefault(each => each.AttributeType.Name == name);
            if (found == null)
                return new byte[0];
            var flags = found.ConstructorArguments[0].Value;
            var many = flags as IEnumerable<CustomAttributeTypedArgument>;
            return many == null ? new[] { (byte)flags } : many.Select(each => (byte)each.Value).ToArray();
        }
    }
}
