using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headcount
{
    /// <summary>How grave a message is. As a maximum: messages of it and graver ones.</summary>
    public enum LogLevel
    {
        /// <summary>Nothing; no message has it.</summary>
        Off = 0,
        /// <summary>Something failed that no call reports.</summary>
        Error = 1,
        /// <summary>Something is not as it should be, and was dealt with.</summary>
        Warn = 2,
        /// <summary>What happens seldom and is worth knowing: opening, recovering, closing.</summary>
        Info = 3,
        /// <summary>What goes on inside.</summary>
        Debug = 4,
        /// <summary>All there is.</summary>
        Trace = 5
    }

    /// <summary>Where the messages of the library go: for the whole process, all directories and threads.</summary>
    [NullableContext(1)]
    public static class Log
    {
        /// <summary>
        /// Takes a message, with the part of the library that it is from. It must return soon and must not use
        /// directories or feeds; what it throws is dropped. Messages hold no personal data but the paths of files.
        /// </summary>
        public delegate void Sink(LogLevel level, string target, string message);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void Callback(IntPtr userdata, int level, IntPtr target, IntPtr message);

        private static volatile Sink sink;

        // The library keeps a pointer to it.
        private static readonly Callback Receiver = Receive;

        /// <summary>Sends messages up to a level to a sink, in place of the one before; null stops that, and is the default.</summary>
        public static void SetSink(LogLevel level, [Nullable(2)] Sink to)
        {
            Abi.Check();
            sink = to;
            var receiver = to == null ? IntPtr.Zero : Marshal.GetFunctionPointerForDelegate(Receiver);
            var most = to == null ? LogLevel.Off : level;
            Interop.Check(Native.hc_log_set_callback((int)most, receiver, IntPtr.Zero, IntPtr.Zero, out var error), error);
        }

        private static void Receive(IntPtr userdata, int level, IntPtr target, IntPtr message)
        {
            try
            {
                var to = sink;
                if (to != null)
                    to((LogLevel)level, Interop.Text(target), Interop.Text(message));
            }
            catch (Exception)
            {
                // An exception must not unwind through the library.
            }
        }
    }
}
