using System;
using System.Collections.Generic;
using System.Text;

namespace Headcount
{
    /// One step of a batch, in the packed form that docs/packed.md specifies.
    internal sealed class Operation
    {
        private const int OperationsKind = 5, RecordHeaderBytes = 8, FieldHeaderBytes = 8, Absent = 1;

        private readonly OpCode code;
        private readonly Dictionary<OpField, byte[]> fields = new Dictionary<OpField, byte[]>();
        private readonly List<byte> pairs = new List<byte>();

        internal Operation(OpCode code) { this.code = code; }

        /// The same, which later changes of this one don't reach.
        internal Operation Copy()
        {
            var copy = new Operation(code);
            foreach (var field in fields)
                copy.fields.Add(field.Key, field.Value);
            copy.pairs.AddRange(pairs);
            return copy;
        }

        internal Operation Text(OpField field, string value)
        {
            fields[field] = Interop.Utf8(value);
            return this;
        }

        /// Says that there is no text.
        internal Operation None(OpField field)
        {
            fields[field] = null;
            return this;
        }

        internal Operation Number(OpField field, ulong value)
        {
            var bytes = new List<byte>(8);
            Put(bytes, value, 8);
            fields[field] = bytes.ToArray();
            return this;
        }

        internal Operation Flag(OpField field, bool value) { return Number(field, value ? 1u : 0u); }

        internal Operation Id(OpField field, Guid id)
        {
            fields[field] = Interop.Bytes(id);
            return this;
        }

        internal Operation User(string user) { return Text(OpField.User, user); }

        internal Operation Workspace(ulong id) { return Number(OpField.Workspace, id); }

        internal Operation Workspace(string name) { return Text(OpField.WorkspaceName, name); }

        /// Appends an attribute; without a value it is removed.
        internal Operation Attribute(string name, string value) { return Pair(OpField.AttributeName, name, OpField.AttributeValue, value); }

        /// Appends the id of a provisioner; without an id it is removed.
        internal Operation ExternalId(string provisioner, string id) { return Pair(OpField.Provisioner, provisioner, OpField.ExternalId, id); }

        private Operation Pair(OpField nameField, string name, OpField valueField, string value)
        {
            Put(pairs, nameField, Interop.Utf8(name));
            Put(pairs, valueField, value == null ? null : Interop.Utf8(value));
            return this;
        }

        /// Operations as hc_batch_append takes them.
        internal static byte[] Pack(IReadOnlyCollection<Operation> operations)
        {
            var bytes = Packed.HeaderBytes;
            foreach (var operation in operations)
                bytes += operation.Bytes();
            var packed = new List<byte>(bytes) { (byte)'h', (byte)'c', Packed.Version, OperationsKind };
            Put(packed, Packed.HeaderBytes, 4);
            Put(packed, (ulong)bytes, 4);
            Put(packed, (ulong)operations.Count, 4);
            foreach (var operation in operations)
            {
                Put(packed, (ulong)operation.Bytes(), 4);
                Put(packed, (ulong)operation.code, 4);
                foreach (var field in operation.fields)
                    Put(packed, field.Key, field.Value);
                packed.AddRange(operation.pairs);
            }
            return packed.ToArray();
        }

        private int Bytes()
        {
            var bytes = RecordHeaderBytes + pairs.Count;
            foreach (var value in fields.Values)
                bytes += FieldHeaderBytes + (value == null ? 0 : value.Length);
            return bytes;
        }

        private static void Put(List<byte> to, OpField field, byte[] value)
        {
            Put(to, (ulong)field, 2);
            Put(to, value == null ? Absent : 0u, 2);
            Put(to, value == null ? 0u : (ulong)value.Length, 4);
            if (value != null)
                to.AddRange(value);
        }

        private static void Put(List<byte> to, ulong number, int bytes)
        {
            for (var shift = 0; shift < 8 * bytes; shift += 8)
                to.Add((byte)(number >> shift));
        }
    }
}
