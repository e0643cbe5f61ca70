using System;
using System.Runtime.CompilerServices;

namespace Headcount
{
    /// <summary>The numbers behind ErrorKind.NoFreeSeat.</summary>
    [NullableContext(1)]
    public sealed class SeatShortage
    {
        internal SeatShortage(ulong limit, ulong active, ulong requested)
        {
            Limit = limit;
            Active = active;
            Requested = requested;
        }

        /// <summary>The seats of the license.</summary>
        public ulong Limit { get; }

        /// <summary>The users who were active.</summary>
        public ulong Active { get; }

        /// <summary>How many more would have been.</summary>
        public ulong Requested { get; }
    }

    /// <summary>The numbers behind ErrorKind.Conflict.</summary>
    [NullableContext(1)]
    public sealed class VersionConflict
    {
        internal VersionConflict(ulong expected, ulong found)
        {
            Expected = expected;
            Found = found;
        }

        /// <summary>The version that the caller named.</summary>
        public ulong Expected { get; }

        /// <summary>The one on record.</summary>
        public ulong Found { get; }
    }

    /// <summary>
    /// Why a call failed, and what to do about it. A call that failed has changed nothing, unless its kind is
    /// OutcomeUnknown.
    /// </summary>
    [NullableContext(1)]
    public sealed class HeadcountException : Exception
    {
        internal HeadcountException(ErrorKind kind, string message) : base(message)
        {
            Kind = kind;
        }

        /// <summary>What sort of failure it is.</summary>
        public ErrorKind Kind { get; }

        /// <summary>Whether the same call may succeed when it is made again.</summary>
        public bool IsRetryable { get; internal set; }

        /// <summary>The numbers behind ErrorKind.NoFreeSeat; otherwise null.</summary>
        [Nullable(2)]
        public SeatShortage Seats { get; internal set; }

        /// <summary>The numbers behind ErrorKind.Conflict; otherwise null.</summary>
        [Nullable(2)]
        public VersionConflict Versions { get; internal set; }

        /// <summary>Which operation of a batch was refused, from 0; null if none was.</summary>
        public int? Operation { get; internal set; }

        /// <summary>Where to follow from after ErrorKind.HistoryTrimmed; otherwise null.</summary>
        public ulong? ResumeAfter { get; internal set; }

        /// <summary>Where to follow from after ErrorKind.ChangeNotYet; otherwise null.</summary>
        public ulong? LatestChange { get; internal set; }

        internal ulong BufferBytes { get; private set; }

        internal static HeadcountException Take(int status, IntPtr error)
        {
            if (error == IntPtr.Zero)
                return new HeadcountException((ErrorKind)status, ((ErrorKind)status).ToString());
            try
            {
                return Read(error);
            }
            finally
            {
                Native.hc_error_free(error);
            }
        }

        internal static HeadcountException Read(IntPtr error)
        {
            var read = new HeadcountException((ErrorKind)Native.hc_error_status(error), Interop.Text(Native.hc_error_message(error)))
            {
                IsRetryable = Native.hc_error_is_retryable(error) == 1
            };
            if (Native.hc_error_get_op_index(error, out var a) == 1)
                read.Operation = (int)a;
            if (Native.hc_error_get_seats(error, out a, out var b, out var c) == 1)
                read.Seats = new SeatShortage(a, b, c);
            if (Native.hc_error_get_versions(error, out a, out b) == 1)
                read.Versions = new VersionConflict(a, b);
            if (Native.hc_error_get_resume_after(error, out a) == 1)
                read.ResumeAfter = a;
            if (Native.hc_error_get_latest_change(error, out a) == 1)
                read.LatestChange = a;
            if (Native.hc_error_get_buffer_bytes(error, out var bytes) == 1)
                read.BufferBytes = (ulong)bytes;
            return read;
        }
    }
}
