package headcount;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One step of a batch, in the packed form that docs/packed.md specifies. */
final class Operation {
    private static final int RECORD_HEADER_BYTES = 8;
    private static final int FIELD_HEADER_BYTES = 8;
    private static final byte KIND = 5;
    private static final short ABSENT = 1;

    private final int code;
    private final Map<Integer, byte @Nullable []> fields = new LinkedHashMap<>();
    private final ByteArrayOutputStream pairs = new ByteArrayOutputStream(0);

    Operation(int code) {
        this.code = code;
    }

    /** The same, which later changes of this one don't reach. */
    Operation copy() {
        Operation copy = new Operation(code);
        copy.fields.putAll(fields);
        copy.pairs.writeBytes(pairs.toByteArray());
        return copy;
    }

    Operation text(int field, String value) {
        fields.put(field, Frame.utf8(value));
        return this;
    }

    /** Says that there is no text. */
    Operation none(int field) {
        fields.put(field, null);
        return this;
    }

    Operation number(int field, long value) {
        fields.put(field, bytes(8).putLong(value).array());
        return this;
    }

    Operation flag(int field, boolean value) {
        return number(field, value ? 1 : 0);
    }

    Operation id(int field, UUID id) {
        byte[] bytes = new byte[16];
        ByteBuffer.wrap(bytes).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        fields.put(field, bytes);
        return this;
    }

    /** Appends a name with its value, or with null for none. */
    Operation pair(int nameField, String name, int valueField, @Nullable String value) {
        byte[] first = Frame.utf8(name);
        byte @Nullable [] second = value == null ? null : Frame.utf8(value);
        ByteBuffer pair = bytes(fieldBytes(first) + fieldBytes(second));
        put(pair, nameField, first);
        put(pair, valueField, second);
        pairs.writeBytes(pair.array());
        return this;
    }

    Operation attribute(String name, @Nullable String value) {
        return pair(Native.HC_OP_FIELD_ATTRIBUTE_NAME, name, Native.HC_OP_FIELD_ATTRIBUTE_VALUE, value);
    }

    Operation externalId(String provisioner, @Nullable String id) {
        return pair(Native.HC_OP_FIELD_PROVISIONER, provisioner, Native.HC_OP_FIELD_EXTERNAL_ID, id);
    }

    Operation user(String ref) {
        return text(Native.HC_OP_FIELD_USER, ref);
    }

    Operation workspace(long id) {
        return number(Native.HC_OP_FIELD_WORKSPACE, id);
    }

    Operation workspace(String name) {
        return text(Native.HC_OP_FIELD_WORKSPACE_NAME, name);
    }

    /** Operations as hc_batch_append takes them. */
    static byte[] pack(List<Operation> operations) {
        int bytes = Packed.HEADER_BYTES;
        for (Operation operation : operations) {
            bytes += operation.bytes();
        }
        ByteBuffer packed = bytes(bytes).put((byte) 'h').put((byte) 'c').put(Packed.VERSION).put(KIND)
                .putInt(Packed.HEADER_BYTES).putInt(bytes).putInt(operations.size());
        for (Operation operation : operations) {
            packed.putInt(operation.bytes()).putShort((short) operation.code).putShort((short) 0);
            operation.fields.forEach((field, value) -> put(packed, field, value));
            packed.put(operation.pairs.toByteArray());
        }
        return packed.array();
    }

    private int bytes() {
        int bytes = RECORD_HEADER_BYTES + pairs.size();
        for (byte[] value : fields.values()) {
            bytes += fieldBytes(value);
        }
        return bytes;
    }

    private static int fieldBytes(byte @Nullable [] value) {
        return FIELD_HEADER_BYTES + (value == null ? 0 : value.length);
    }

    private static void put(ByteBuffer to, int field, byte @Nullable [] value) {
        to.putShort((short) field).putShort(value == null ? ABSENT : 0).putInt(value == null ? 0 : value.length);
        if (value != null) {
            to.put(value);
        }
    }

    private static ByteBuffer bytes(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
