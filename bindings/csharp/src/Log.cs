using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headcount
{
    /// <summary>The severity of a message. As a maximum: messages of this severity and more severe ones.</summary>
    public enum LogLevel
    {
        /// <summary>As a maximum: no messages. No message has it.</summary>
        Off = 0,
        /// <summary>A failure that no call reports.</summary>
        Error = 1,
        /// <summary>An anomaly that was handled.</summary>
        Warn = 2,
        /// <summary>Rare events worth knowing: opening, recovering, closing.</summary>
        Info = 3,
        /// <summary>Internal steps.</summary>
        Debug = 4,
        /// <summary>All messages.</summary>
        Trace = 5
    }

    /// <summary>The log messages of the library, for the whole process: all directories and threads.</summary>
    [NullableContext(1)]
    public static class Log
    {
        /// <summary>
        /// Takes a message, with the part of the library that it is from. It must return quickly and must not use
        /// directories or feeds; what it throws is dropped. Messages contain no personal data except paths of files.
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
