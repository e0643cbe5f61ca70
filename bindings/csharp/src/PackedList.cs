using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Headcount
{
    /// A native list, read batch by batch. Each loop over it opens a list of its own.
    internal sealed class PackedList<T, THandle> : IEnumerable<T> where THandle : SafeHandle
    {
        internal delegate int Opening(out THandle list, out IntPtr error);

        internal delegate int Reading(THandle list, byte[] buffer, UIntPtr capacity, out UIntPtr written, out IntPtr error);

        private readonly Opening open;
        private readonly Reading read;
        private readonly Func<byte[], int, T> decode;

        internal PackedList(Opening open, Reading read, Func<byte[], int, T> decode)
        {
            this.open = open;
            this.read = read;
            this.decode = decode;
        }

        public IEnumerator<T> GetEnumerator()
        {
            THandle list;
            IntPtr error;
            Interop.Check(open(out list, out error), error);
            return new Enumerator(this, list);
        }

        IEnumerator IEnumerable.GetEnumerator() { return GetEnumerator(); }

        private sealed class Enumerator : IEnumerator<T>
        {
            private readonly PackedList<T, THandle> of;
            private readonly THandle list;
            private readonly Packed.NextBatch next;
            private byte[] buffer = new byte[64 << 10];
            private int at, left;

            internal Enumerator(PackedList<T, THandle> of, THandle list)
            {
                this.of = of;
                this.list = list;
                next = Next;
            }

            public T Current { get; private set; }

            object IEnumerator.Current { get { return Current; } }

            public bool MoveNext()
            {
                if (left == 0)
                {
                    if (list.IsClosed || Packed.Fill(ref buffer, next) == 0)
                    {
                        list.Dispose();
                        return false;
                    }
                    at = Packed.I32(buffer, 4);
                    left = Packed.I32(buffer, 12);
                }
                Current = of.decode(buffer, at);
                at += Packed.I32(buffer, at);
                left--;
                return true;
            }

            public void Reset() { throw new NotSupportedException(); }

            public void Dispose()
            {
                left = 0;
                list.Dispose();
            }

            private int Next(byte[] into, UIntPtr capacity, out UIntPtr written, out IntPtr error)
            {
                return of.read(list, into, capacity, out written, out error);
            }
        }
    }
}
