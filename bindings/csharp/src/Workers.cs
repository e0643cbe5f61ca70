using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

namespace Headcount
{
    /// Threads that make the calls of tasks: up to 16, so that as many writes share a sync of the disk, and none of the
    /// thread pool, where they would keep others waiting. They end when there was nothing to do for a while.
    internal static class Workers
    {
        private const int ThreadsMax = 16;
        private const int IdleMs = 5000;

        // No Queue<T>, which is not in mscorlib everywhere.
        private static readonly ConcurrentQueue<Action> Jobs = new ConcurrentQueue<Action>();
        private static int threads, idle;

        /// Makes a call, unless it is cancelled before it begins.
        internal static Task<T> Run<T>(Func<T> call, CancellationToken cancellation)
        {
            if (cancellation.IsCancellationRequested)
                return Task.FromCanceled<T>(cancellation);
            var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            var taken = 0;
            var registered = cancellation.Register(() =>
            {
                if (Interlocked.Exchange(ref taken, 1) == 0)
                    source.TrySetCanceled(cancellation);
            });
            Add(() =>
            {
                if (Interlocked.Exchange(ref taken, 1) != 0)
                    return;
                registered.Dispose();
                try
                {
                    source.TrySetResult(call());
                }
                catch (Exception failure)
                {
                    source.TrySetException(failure);
                }
            });
            return source.Task;
        }

        private static void Add(Action job)
        {
            lock (Jobs)
            {
                Jobs.Enqueue(job);
                if (Jobs.Count > idle && threads < ThreadsMax)
                {
                    threads++;
                    new Thread(Work) { IsBackground = true, Name = "headcount" }.Start();
                }
                Monitor.Pulse(Jobs);
            }
        }

        private static void Work()
        {
            while (true)
            {
                Action job;
                lock (Jobs)
                {
                    idle++;
                    var isOver = false;
                    while (Jobs.IsEmpty && !isOver)
                        isOver = !Monitor.Wait(Jobs, IdleMs);
                    idle--;
                    if (!Jobs.TryDequeue(out job))
                    {
                        threads--;
                        return;
                    }
                }
                job();
            }
        }
    }
}
