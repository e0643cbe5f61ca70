using System;
using System.Runtime.InteropServices;
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

        /// <summary>Active users before the request.</summary>
        public ulong Active { get; }

        /// <summary>How many more active users the request would have made.</summary>
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

        /// <summary>The version that the caller expected.</summary>
        public ulong Expected { get; }

        /// <summary>The version of the record.</summary>
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

        /// <summary>The kind of the failure.</summary>
        public ErrorKind Kind { get; }

        /// <summary>Whether the same call may succeed later: true if another process or handle has the file open.</summary>
        public bool IsRetryable { get; internal set; }

        /// <summary>The numbers behind ErrorKind.NoFreeSeat; otherwise null.</summary>
        [Nullable(2)]
        public SeatShortage Seats { get; internal set; }

        /// <summary>The numbers behind ErrorKind.Conflict; otherwise null.</summary>
        [Nullable(2)]
        public VersionConflict Versions { get; internal set; }

        /// <summary>The index of the operation that was refused; null if no single one was.</summary>
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
            var found = new hc_error_details { struct_size = (uint)Marshal.SizeOf(typeof(hc_error_details)) };
            Native.hc_error_get_details(error, ref found);
            var read = new HeadcountException((ErrorKind)found.status, Interop.Text(found.message))
            {
                IsRetryable = found.is_retryable == 1
            };
            if ((found.given & Native.HC_DETAIL_OP_INDEX) != 0)
                read.Operation = (int)found.op_index;
            if ((found.given & Native.HC_DETAIL_SEATS) != 0)
                read.Seats = new SeatShortage(found.limit, found.active, found.requested);
            if ((found.given & Native.HC_DETAIL_VERSIONS) != 0)
                read.Versions = new VersionConflict(found.expected, found.found);
            if ((found.given & Native.HC_DETAIL_RESUME_AFTER) != 0)
                read.ResumeAfter = found.resume_after;
            if ((found.given & Native.HC_DETAIL_LATEST_CHANGE) != 0)
                read.LatestChange = found.latest_change;
            if ((found.given & Native.HC_DETAIL_BUFFER_BYTES) != 0)
                read.BufferBytes = found.buffer_bytes;
            return read;
        }
    }
}
