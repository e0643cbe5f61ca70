using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Headcount
{
    /// Wakes the tasks that wait for a change of a directory: one thread for all of them, which ends when nobody has
    /// waited for a while.
    internal sealed class Watch
    {
        private const ulong TurnMs = 100;
        private const int IdleTurnsMax = 10;
        private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

        private readonly DirectoryHandle directory;
        private readonly HashSet<TaskCompletionSource<bool>> waiting = new HashSet<TaskCompletionSource<bool>>();
        private ulong latest;
        private bool isWatching;

        internal Watch(DirectoryHandle directory) { this.directory = directory; }

        /// Waits until there is a change after this number, up to a time. It may end early: look again.
        internal async Task Wait(ulong after, TimeSpan wait, CancellationToken cancellation)
        {
            var source = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!Add(source, after))
                return;
            try
            {
                using (var timeout = new CancellationTokenSource(wait < Longest ? wait : Longest))
                using (timeout.Token.Register(() => source.TrySetResult(false)))
                using (cancellation.Register(() => source.TrySetCanceled(cancellation)))
                    await source.Task.ConfigureAwait(false);
            }
            finally
            {
                lock (waiting)
                    waiting.Remove(source);
            }
        }

        /// Wakes all who wait.
        internal void Wake()
        {
            lock (waiting)
            {
                foreach (var source in waiting)
                    source.TrySetResult(true);
            }
        }

        /// Whether there is nothing after this number yet, as far as is known.
        private bool Add(TaskCompletionSource<bool> source, ulong after)
        {
            lock (waiting)
            {
                if (after < latest)
                    return false;
                waiting.Add(source);
                if (!isWatching)
                {
                    isWatching = true;
                    new Thread(() => Run(after)) { IsBackground = true, Name = "headcount watch" }.Start();
                }
                return true;
            }
        }

        private void Run(ulong after)
        {
            FeedHandle feed = null;
            try
            {
                Interop.Check(Native.hc_directory_follow(directory, after, out feed, out var error), error);
                var buffer = new byte[16 << 10];
                for (var idle = 0; idle < IdleTurnsMax || !IsOver(); idle++)
                {
                    Packed.Fill(ref buffer, (byte[] b, UIntPtr n, out UIntPtr w, out IntPtr e) =>
                        Native.hc_feed_next_batch(feed, TurnMs, b, n, out w, out e));
                    lock (waiting)
                    {
                        var position = Native.hc_feed_position(feed);
                        if (waiting.Count > 0)
                            idle = 0;
                        if (position > latest)
                        {
                            latest = position;
                            Wake();
                        }
                    }
                }
            }
            catch (HeadcountException)
            {
                // Those who wait look themselves, and are told.
                lock (waiting)
                {
                    isWatching = false;
                    Wake();
                }
            }
            finally
            {
                feed?.Dispose();
            }
        }

        private bool IsOver()
        {
            lock (waiting)
                return !(isWatching = waiting.Count > 0);
        }
    }
}
