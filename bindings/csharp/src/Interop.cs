using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Headcount
{
    /// What goes in and out of native calls.
    internal static class Interop
    {
        private const long EpochTicks = 621355968000000000;

        internal static byte[] Utf8(string text)
        {
            return Encoding.UTF8.GetBytes(NotNull(text));
        }

        internal static string NotNull(string text)
        {
            return text ?? throw new ArgumentNullException(nameof(text));
        }

        internal static UIntPtr Size(byte[] bytes) { return (UIntPtr)(ulong)bytes.Length; }

        internal static void Check(int status, IntPtr error)
        {
            if (status != 0)
                throw HeadcountException.Take(status, error);
        }

        /// A text with a NUL behind it; null where there is none.
        internal static string Text(IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            var length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            return Text(text, length);
        }

        internal static unsafe string Text(IntPtr text, int length)
        {
            return Encoding.UTF8.GetString((byte*)text, length);
        }

        /// The 16 bytes of an id in network order; a Guid keeps its first three parts the other way round.
        internal static byte[] Bytes(Guid id)
        {
            var bytes = id.ToByteArray();
            Array.Reverse(bytes, 0, 4);
            Array.Reverse(bytes, 4, 2);
            Array.Reverse(bytes, 6, 2);
            return bytes;
        }

        internal static Guid Id(byte[] b, int at)
        {
            return new Guid(b[at] << 24 | b[at + 1] << 16 | b[at + 2] << 8 | b[at + 3],
                (short)(b[at + 4] << 8 | b[at + 5]), (short)(b[at + 6] << 8 | b[at + 7]),
                b[at + 8], b[at + 9], b[at + 10], b[at + 11], b[at + 12], b[at + 13], b[at + 14], b[at + 15]);
        }

        internal static Guid Id(IntPtr native)
        {
            var bytes = new byte[16];
            Marshal.Copy(native, bytes, 0, 16);
            return Id(bytes, 0);
        }

        internal static ulong Micros(DateTimeOffset at)
        {
            return checked((ulong)((at.UtcTicks - EpochTicks) / 10));
        }

        /// A time that 0 stands in for where there is none.
        internal static DateTimeOffset? PerhapsMoment(ulong micros)
        {
            return micros == 0 ? (DateTimeOffset?)null : Moment(micros);
        }

        internal static DateTimeOffset Moment(ulong micros)
        {
            return new DateTimeOffset(EpochTicks + checked((long)micros) * 10, TimeSpan.Zero);
        }
    }

    /// Refuses a library that this assembly was not made for.
    internal static class Abi
    {
        private static readonly uint Found = Native.hc_abi_version();

        internal static void Check() { Check(Found); }

        internal static void Check(uint found)
        {
            if (found != Native.HC_ABI_VERSION)
                throw new DllNotFoundException("the headcount library has ABI version " + found + ", and this assembly needs "
                    + Native.HC_ABI_VERSION + ": use both of the same release");
        }
    }
}
