using System;

namespace Headcount.Tests
{
    /// A folder of a test's own, removed at its end.
    internal sealed class Files : IDisposable
    {
        private readonly string folder = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "headcount-" + Guid.NewGuid());

        internal Files() { System.IO.Directory.CreateDirectory(folder); }

        /// The top of the repository.
        internal static string Root
        {
            get { return System.IO.Path.GetFullPath(System.IO.Path.Combine(AppDomain.CurrentDomain.BaseDirectory, "../../..")); }
        }

        internal string Path(string name) { return System.IO.Path.Combine(folder, name); }

        public void Dispose() { System.IO.Directory.Delete(folder, true); }
    }
}
