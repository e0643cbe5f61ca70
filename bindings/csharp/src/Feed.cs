using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Headcount
{
    /// <summary>
    /// The changes of a directory as they are made. Any number of feeds can be read at once, each at its own pace.
    /// </summary>
    [NullableContext(1)]
    public sealed class Feed : IDisposable
    {
        // How long a wait may take to notice that it was cancelled.
        private const int SliceMsMax = 10;

        private readonly object reading = new object();
        private readonly FeedHandle handle;
        private readonly Watch watch;
        private byte[] buffer = new byte[16 << 10];
        // Where the next change is in the buffer, and how many there are from there on.
        private int at, left;
        private volatile bool disposed;
        private long position;

        internal Feed(FeedHandle handle, Watch watch, ulong after)
        {
            this.handle = handle;
            this.watch = watch;
            position = (long)after;
        }

        /// <summary>The number of the last change that was returned, or where the feed began.</summary>
        public ulong Position { get { return (ulong)Interlocked.Read(ref position); } }

        /// <summary>Waits for the next change. Each change goes to one of the threads that call this.</summary>
        /// <exception cref="OperationCanceledException">When the token is cancelled.</exception>
        /// <exception cref="HeadcountException">
        /// HistoryTrimmed when the next change is gone, ChangeNotYet when no change has the number that the feed is
        /// at, Closed when the feed or the directory was closed.
        /// </exception>
        public Change Next(CancellationToken cancellation = default(CancellationToken))
        {
            return Next(TimeSpan.MaxValue, cancellation);
        }

        /// <summary>Waits for the next change up to a time, and returns null if none came. Timeout.InfiniteTimeSpan waits forever.</summary>
        /// <exception cref="OperationCanceledException">When the token is cancelled.</exception>
        [return: Nullable(2)]
        public Change Next(TimeSpan wait, CancellationToken cancellation = default(CancellationToken))
        {
            wait = Interop.Wait(nameof(wait), wait);
            var waited = Stopwatch.StartNew();
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var sliceMs = SliceMs(wait - waited.Elapsed);
                // Another reader may have the feed for this slice.
                if (Monitor.TryEnter(reading, sliceMs))
                {
                    try
                    {
                        var next = Take((ulong)SliceMs(wait - waited.Elapsed));
                        if (next != null)
                            return next;
                    }
                    finally
                    {
                        Monitor.Exit(reading);
                    }
                }
                if (sliceMs == 0)
                    return null;
            }
        }

        /// Whether a thread has the feed now: for tests.
        internal bool IsBeingRead
        {
            get
            {
                if (!Monitor.TryEnter(reading))
                    return true;
                Monitor.Exit(reading);
                return false;
            }
        }

        private static int SliceMs(TimeSpan rest)
        {
            return (int)Math.Min(SliceMsMax, Interop.Milliseconds(rest > TimeSpan.Zero ? rest : TimeSpan.Zero));
        }

        /// <summary>The next change, when there is one. No thread waits for it; all feeds of a directory share one that watches.</summary>
        /// <exception cref="OperationCanceledException">When the token is cancelled. No change is lost by it.</exception>
        public Task<Change> NextAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return NextAsync(TimeSpan.MaxValue, cancellation);
        }

        /// <summary>The next change, or null when none came within a time: as NextAsync otherwise.</summary>
        /// <exception cref="OperationCanceledException">When the token is cancelled.</exception>
        [return: Nullable(new byte[] { 1, 2 })]
        public async Task<Change> NextAsync(TimeSpan wait, CancellationToken cancellation = default(CancellationToken))
        {
            wait = Interop.Wait(nameof(wait), wait);
            var waited = Stopwatch.StartNew();
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                // A thread in Next may have the feed for a slice.
                if (!Monitor.TryEnter(reading))
                {
                    var sliceMs = SliceMs(wait - waited.Elapsed);
                    if (sliceMs == 0)
                        return null;
                    await Task.Delay(sliceMs, cancellation).ConfigureAwait(false);
                    continue;
                }
                Change next;
                try
                {
                    next = Take(0);
                }
                finally
                {
                    Monitor.Exit(reading);
                }
                var rest = wait - waited.Elapsed;
                if (next != null || rest <= TimeSpan.Zero)
                    return next;
                await watch.Wait(Position, rest, cancellation).ConfigureAwait(false);
            }
        }

        /// The next change, by whoever has the lock; null when none came in that time.
        private Change Take(ulong waitMs)
        {
            if (disposed)
                throw new HeadcountException(ErrorKind.Closed, "the feed was closed; follow again");
            if (left == 0)
                Read(waitMs);
            if (left == 0)
                return null;
            var next = Packed.Change(buffer, at);
            at += Packed.I32(buffer, at);
            left--;
            Interlocked.Exchange(ref position, (long)next.Sequence);
            return next;
        }

        private void Read(ulong waitMs)
        {
            var written = Packed.Fill(ref buffer, (byte[] b, UIntPtr n, out UIntPtr w, out IntPtr e) =>
                Native.hc_feed_next_batch(handle, waitMs, b, n, out w, out e));
            at = written == 0 ? 0 : Packed.I32(buffer, 4);
            left = written == 0 ? 0 : Packed.I32(buffer, 12);
        }

        /// <summary>Wakes the threads that wait, and frees the feed. Disposing again does nothing.</summary>
        public void Dispose()
        {
            disposed = true;
            watch.Wake();
            lock (reading)
                handle.Dispose();
        }
    }
}
