using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace Headcount
{
    /// A batch that a thread of the library applies.
    internal sealed class Submission
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void Callback(IntPtr userdata, int status, IntPtr applied, IntPtr error);

        // Its collector stops threads by signals, and those of the library block all of them.
        private static readonly bool IsMono = Type.GetType("Mono.Runtime") != null;

        // The library keeps a pointer to it.
        private static readonly Callback Receiver = Receive;

        private readonly TaskCompletionSource<Applied> source = new TaskCompletionSource<Applied>(TaskCreationOptions.RunContinuationsAsynchronously);

        // In use until the callback.
        private readonly DirectoryHandle directory;

        private Submission(DirectoryHandle directory) { this.directory = directory; }

        /// A task of what becomes of the batch; null where too many wait, and on mono.
        internal static Task<Applied> Submit(DirectoryHandle directory, Batch batch)
        {
            if (IsMono)
                return null;
            var submission = new Submission(directory);
            var held = GCHandle.Alloc(submission);
            try
            {
                return batch.Use(b =>
                {
                    Interop.Check(Native.hc_directory_submit(directory, b, Marshal.GetFunctionPointerForDelegate(Receiver),
                        GCHandle.ToIntPtr(held), out var error), error);
                    return submission.source.Task;
                });
            }
            catch (HeadcountException refused)
            {
                held.Free();
                return refused.Kind == ErrorKind.QueueFull ? null : Task.FromException<Applied>(refused);
            }
            catch (Exception failure)
            {
                held.Free();
                return Task.FromException<Applied>(failure);
            }
        }

        private static void Receive(IntPtr userdata, int status, IntPtr applied, IntPtr error)
        {
            var held = GCHandle.FromIntPtr(userdata);
            var submission = (Submission)held.Target;
            held.Free();
            GC.KeepAlive(submission.directory);
            try
            {
                if (status == 0)
                    submission.source.TrySetResult(Copies.Applied(applied));
                else
                    submission.source.TrySetException(HeadcountException.Take(status, error));
            }
            catch (Exception failure)
            {
                // An exception must not unwind through the library.
                submission.source.TrySetException(failure);
            }
        }
    }
}
