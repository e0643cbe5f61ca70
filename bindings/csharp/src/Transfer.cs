using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Headcount
{
    /// A stream as the library reads and writes it. Its exceptions go around the library, which
    /// they must not unwind.
    internal sealed class Transfer
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int Write(IntPtr userdata, IntPtr bytes, UIntPtr length);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int Read(IntPtr userdata, IntPtr buffer, UIntPtr capacity, IntPtr read);

        internal delegate int Call(IntPtr callback, out IntPtr error);

        private readonly Stream stream;
        private byte[] buffer = new byte[64 << 10];
        private ExceptionDispatchInfo failed;

        private Transfer(Stream stream) { this.stream = stream; }

        internal static void To(Stream stream, Call call)
        {
            var transfer = new Transfer(stream);
            transfer.Run(new Write(transfer.WriteTo), call);
        }

        internal static void From(Stream stream, Call call)
        {
            var transfer = new Transfer(stream);
            transfer.Run(new Read(transfer.ReadFrom), call);
        }

        private void Run(Delegate callback, Call call)
        {
            var status = call(Marshal.GetFunctionPointerForDelegate(callback), out var error);
            GC.KeepAlive(callback);
            var refused = status == 0 ? null : HeadcountException.Take(status, error);
            failed?.Throw();
            if (refused != null)
                throw refused;
        }

        private int WriteTo(IntPtr userdata, IntPtr bytes, UIntPtr length)
        {
            try
            {
                if ((ulong)length > (ulong)buffer.Length)
                    buffer = new byte[(ulong)length];
                Marshal.Copy(bytes, buffer, 0, (int)length);
                stream.Write(buffer, 0, (int)length);
                return 0;
            }
            catch (Exception failure)
            {
                failed = ExceptionDispatchInfo.Capture(failure);
                return 1;
            }
        }

        private int ReadFrom(IntPtr userdata, IntPtr to, UIntPtr capacity, IntPtr read)
        {
            try
            {
                var length = stream.Read(buffer, 0, (int)Math.Min((ulong)capacity, (ulong)buffer.Length));
                Marshal.Copy(buffer, 0, to, length);
                Marshal.WriteIntPtr(read, (IntPtr)length);
                return 0;
            }
            catch (Exception failure)
            {
                failed = ExceptionDispatchInfo.Capture(failure);
                return 1;
            }
        }
    }
}
