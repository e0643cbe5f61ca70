using System;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

namespace Headcount.Tests
{
    /// Runs the tests where nunit-console can't: on .NET Core.
    internal static class Program
    {
        private static int Main()
        {
            int passed = 0, failed = 0;
            foreach (var type in Assembly.GetExecutingAssembly().GetTypes().Where(type => Has<TestFixtureAttribute>(type)))
            {
                foreach (var test in type.GetMethods().Where(method => Has<TestAttribute>(method)))
                {
                    var fixture = Activator.CreateInstance(type);
                    try
                    {
                        foreach (var setUp in type.GetMethods().Where(method => Has<SetUpAttribute>(method)))
                            setUp.Invoke(fixture, null);
                        test.Invoke(fixture, null);
                        passed++;
                    }
                    catch (TargetInvocationException failure)
                    {
                        failed++;
                        Console.WriteLine("FAILED " + type.Name + "." + test.Name + ": " + failure.InnerException);
                    }
                }
            }
            Console.WriteLine("{0}: {1} passed, {2} failed", Environment.Version, passed, failed);
            return failed == 0 && passed > 0 ? 0 : 1;
        }

        private static bool Has<T>(MemberInfo member) where T : Attribute { return member.GetCustomAttributes(typeof(T), false).Length > 0; }
    }
}
