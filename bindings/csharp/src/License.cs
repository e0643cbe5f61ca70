using System;
using System.Runtime.CompilerServices;

namespace Headcount
{
    /// <summary>How many users may be active.</summary>
    [NullableContext(1)]
    public sealed class License : IEquatable<License>
    {
        private const int CommunityCode = 0, EnterpriseCode = 1, SeatsCode = 2;

        /// <summary>Five seats; a new directory has it.</summary>
        public static readonly License Community = new License(CommunityCode, 0);

        /// <summary>Any number of seats.</summary>
        public static readonly License Enterprise = new License(EnterpriseCode, 0);

        private License(int code, ulong count)
        {
            Code = code;
            Count = count;
        }

        internal int Code { get; }

        internal ulong Count { get; }

        /// <summary>A license with a number of seats.</summary>
        public static License WithSeats(ulong seats) { return new License(SeatsCode, seats); }

        /// <summary>Reads "community", "enterprise" or a number of seats, in any case.</summary>
        /// <exception cref="HeadcountException">ErrorKind.InvalidArgument for another text.</exception>
        public static License Parse(string text)
        {
            var t = Interop.Utf8(text);
            Interop.Check(Native.hc_license_from_text(t, Interop.Size(t), out var code, out var seats, out var error), error);
            return new License(code, seats);
        }

        internal static License Of(int code, ulong seats)
        {
            return code == CommunityCode ? Community : code == EnterpriseCode ? Enterprise : new License(code, seats);
        }

        /// <summary>How many users may be active; null without a limit.</summary>
        public ulong? Limit
        {
            get { return Code == EnterpriseCode ? (ulong?)null : Code == CommunityCode ? 5 : Count; }
        }

        /// <summary>Whether both allow the same.</summary>
        public bool Equals([Nullable(2)] License other) { return other != null && other.Code == Code && other.Count == Count; }

        /// <summary>Whether both allow the same.</summary>
        public override bool Equals([Nullable(2)] object other) { return Equals(other as License); }

        /// <summary>A hash of the license.</summary>
        public override int GetHashCode() { return Code ^ Count.GetHashCode(); }

        /// <summary>The license as Parse reads it.</summary>
        public override string ToString()
        {
            return Code == CommunityCode ? "community" : Code == EnterpriseCode ? "enterprise" : Count.ToString();
        }
    }
}
