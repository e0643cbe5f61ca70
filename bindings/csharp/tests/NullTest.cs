using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Headcount.Tests
{
    /// Null is refused wherever the annotations say that something has to be given.
    [TestFixture]
    public class NullTest
    {
        private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

        [Test]
        public void NullIsRefusedWhereSomethingHasToBeGiven()
        {
            var tried = 0;
            using (var files = new Files())
            using (var directory = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            using (var feed = directory.Follow(0))
            {
                directory.CreateUser(new NewUser("a@ex.co"));
                var values = new object[] { directory, feed, new NewUser("b@ex.co"), new UserUpdate(), new UserQuery(), new Options(), new Batch(),
                    License.Community, files.Path("new"), new MemoryStream(), new[] { "a@ex.co" }, new Guid[0] };
                Func<Type, object> some = type => type.IsValueType ? Activator.CreateInstance(type) : values.FirstOrDefault(type.IsInstanceOfType);
                foreach (var type in typeof(Directory).Assembly.GetExportedTypes().Where(type => !typeof(Delegate).IsAssignableFrom(type)))
                    foreach (var call in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors()).Where(call => !call.IsSpecialName || call.IsConstructor))
                        foreach (var one in call.GetParameters().Where(IsNeverNull))
                        {
                            var arguments = call.GetParameters().Select(each => each == one ? null : some(each.ParameterType)).ToArray();
                            Assert.IsInstanceOf<ArgumentNullException>(Thrown(call, call.IsStatic || call.IsConstructor ? null : some(type), arguments),
                                type.Name + "." + call.Name + " takes null for " + one.Name);
                            tried++;
                        }
                Assert.AreEqual(1, directory.Changes(0).Count());
            }
            Assert.That(tried, Is.GreaterThan(100));
        }

        private static bool IsNeverNull(ParameterInfo one)
        {
            return !one.ParameterType.IsValueType && NullableTest.Flags(one.GetCustomAttributesData(), "NullableAttribute").FirstOrDefault() != 2;
        }

        /// What a call fails with, also where its task or its list fails.
        private static Exception Thrown(MethodBase call, object on, object[] arguments)
        {
            try
            {
                var made = call.IsConstructor ? ((ConstructorInfo)call).Invoke(arguments) : call.Invoke(on, arguments);
                if (made is Task)
                    ((Task)made).GetAwaiter().GetResult();
                if (made is IEnumerable)
                    ((IEnumerable)made).GetEnumerator().MoveNext();
                return null;
            }
            catch (TargetInvocationException failure)
            {
                return failure.InnerException;
            }
            catch (ArgumentNullException failure)
            {
                return failure;
            }
        }
    }
}
