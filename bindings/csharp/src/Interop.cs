using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Headcount
{
    /// What goes in and out of native calls.
    internal static class Interop
    {
        private const long EpochTicks = 621355968000000000;

        // Encoding.UTF8 would put another character in the place of half of a surrogate pair.
        private static readonly Encoding Strict = new UTF8Encoding(false, true);

        internal static byte[] Utf8(string text)
        {
            try
            {
                return Strict.GetBytes(NotNull(text));
            }
            catch (EncoderFallbackException halved)
            {
                throw Halved(halved);
            }
        }

        /// Writes a text in UTF-8 and returns how many bytes it took.
        internal static int Utf8(string text, byte[] to)
        {
            try
            {
                return Strict.GetBytes(text, 0, text.Length, to, 0);
            }
            catch (EncoderFallbackException halved)
            {
                throw Halved(halved);
            }
        }

        private static HeadcountException Halved(EncoderFallbackException halved)
        {
            return new HeadcountException(ErrorKind.InvalidUtf8, "half of a surrogate pair stands at " + halved.Index
                + " in the text: give the whole character");
        }

        /// A number that the library takes without a sign.
        internal static ulong Unsigned(string parameter, int number)
        {
            return number >= 0 ? (ulong)number : throw new ArgumentOutOfRangeException(parameter, number, "give 0 or more");
        }

        /// How long to wait; Timeout.InfiniteTimeSpan, which is negative, becomes the longest time there is.
        internal static TimeSpan Wait(string parameter, TimeSpan wait)
        {
            if (wait == System.Threading.Timeout.InfiniteTimeSpan)
                return TimeSpan.MaxValue;
            return wait >= TimeSpan.Zero ? wait : throw new ArgumentOutOfRangeException(parameter, wait, "give a time of 0 or more");
        }

        /// Rounded up: a short time must not become 0, which says something else.
        internal static ulong Milliseconds(TimeSpan time)
        {
            return (ulong)(time.Ticks / TimeSpan.TicksPerMillisecond) + (time.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1UL : 0);
        }

        internal static string NotNull(string text) { return NotNull(text, nameof(text)); }

        internal static T NotNull<T>(T value, string parameter) where T : class
        {
            return value ?? throw new ArgumentNullException(parameter);
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
            if (at.UtcTicks < EpochTicks)
                throw new HeadcountException(ErrorKind.InvalidArgument, at.ToString("o") + " is before 1970");
            return (ulong)((at.UtcTicks - EpochTicks) / 10);
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
