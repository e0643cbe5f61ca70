package headcount;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Reads packed records, which docs/packed.md specifies. */
final class Packed {
    /** Of ids. */
    static final ValueLayout.OfLong NETWORK = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    static final byte VERSION = 1;
    static final int HEADER_BYTES = 16;
    static final int OUTCOME_BYTES = 48;

    /** Holds any user, with the header of the batch. */
    static final int USER_BYTES_MAX = 32 << 10;

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private static final VarHandle SHORT = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = view(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ID = view(long[].class, ByteOrder.BIG_ENDIAN);

    private Packed() {}

    private static VarHandle view(Class<?> array, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(array, order);
    }

    static int u16(byte[] b, int at) {
        return Short.toUnsignedInt((short) SHORT.get(b, at));
    }

    static int i32(byte[] b, int at) {
        return (int) INT.get(b, at);
    }

    static long i64(byte[] b, int at) {
        return (long) LONG.get(b, at);
    }

    static UUID id(byte[] b, int at) {
        return new UUID((long) ID.get(b, at), (long) ID.get(b, at + 8));
    }

    static Optional<UUID> perhaps(boolean there, byte[] b, int at) {
        return there ? Optional.of(id(b, at)) : Optional.empty();
    }

    static Instant moment(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
    }

    /** A time that 0 stands in for where there is none. */
    static Optional<Instant> perhapsMoment(long micros) {
        return micros == 0 ? Optional.empty() : Optional.of(moment(micros));
    }

    static long micros(Instant at) {
        if (at.isBefore(Instant.EPOCH) || at.isAfter(LAST)) {
            throw new HeadcountException(ErrorKind.INVALID_ARGUMENT, at + " is not between the years 1970 and 9999");
        }
        return at.getEpochSecond() * 1_000_000 + at.getNano() / 1000;
    }

    /** A text with a NUL behind it, or one without memory, which is empty. */
    static String cString(MemorySegment text) {
        return text.address() == 0 ? "" : text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** The text whose place is at {@code place}. */
    private static String text(byte[] b, int record, int place) {
        return new String(b, record + i32(b, place), i32(b, place + 4), StandardCharsets.UTF_8);
    }

    private static Optional<String> perhaps(byte[] b, int record, int place) {
        return i32(b, place) == 0 ? Optional.empty() : Optional.of(text(b, record, place));
    }

    static User user(byte[] b, int r) {
        int flags = u16(b, r + 6);
        String email = text(b, r, r + 48);
        boolean follows = i32(b, r + 56) == i32(b, r + 48);
        return new User(id(b, r + 8), email, follows ? email : text(b, r, r + 56), perhaps(b, r, r + 64),
                perhaps(b, r, r + 72), (flags & 1) != 0, (flags & 2) != 0, pairs(b, r, r + 80),
                pairs(b, r, r + 96), i64(b, r + 24),
                moment(i64(b, r + 32)), moment(i64(b, r + 40)), perhapsMoment(i64(b, r + 88)));
    }

    /** The user in a batch of {@code bytes} bytes with at most one record. */
    static Optional<User> oneUser(MemorySegment batch, int bytes) {
        if (bytes == 0) {
            return Optional.empty();
        }
        byte[] copy = new byte[bytes];
        MemorySegment.copy(batch, ValueLayout.JAVA_BYTE, 0, copy, 0, bytes);
        return Optional.of(user(copy, HEADER_BYTES));
    }

    /** The table whose place is at {@code place}. */
    private static Map<String, String> pairs(byte[] b, int r, int place) {
        int table = r + i32(b, place);
        int count = i32(b, place + 4);
        if (count == 0) {
            return Map.of();
        }
        Map<String, String> pairs = LinkedHashMap.newLinkedHashMap(count);
        for (int entry = table; entry < table + 16 * count; entry += 16) {
            pairs.put(text(b, r, entry), text(b, r, entry + 8));
        }
        return Collections.unmodifiableMap(pairs);
    }

    static Workspace workspace(byte[] b, int r) {
        int flags = u16(b, r + 6);
        return new Workspace(i64(b, r + 8), text(b, r, r + 56), (flags & 1) != 0, perhaps((flags & 2) != 0, b, r + 40),
                pairs(b, r, r + 64), i64(b, r + 16), moment(i64(b, r + 24)), moment(i64(b, r + 32)));
    }

    static Member member(byte[] b, int r) {
        return new Member(i64(b, r + 8), id(b, r + 16), Role.of(u16(b, r + 6)), moment(i64(b, r + 32)), i64(b, r + 40));
    }

    static Change change(byte[] b, int r) {
        int flags = u16(b, r + 6);
        int table = r + i32(b, r + 56);
        int count = i32(b, r + 60);
        int bytes = i32(b, r + 64);
        List<Event> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(event(b, table + i * bytes));
        }
        return new Change(i64(b, r + 8), moment(i64(b, r + 16)), perhaps((flags & 1) != 0, b, r + 24),
                perhaps(b, r, r + 72), perhaps((flags & 2) != 0, b, r + 40), List.copyOf(events));
    }

    static Outcome outcome(byte[] b, int r, Optional<User> user) {
        long workspace = i64(b, r + 16);
        UUID id = id(b, r + 24);
        boolean isNobody = id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0;
        return new Outcome(Subject.of(i32(b, r + 40)), (u16(b, r + 6) & 1) != 0, i64(b, r + 8),
                workspace == 0 ? OptionalLong.empty() : OptionalLong.of(workspace),
                isNobody ? Optional.empty() : Optional.of(id), user);
    }

    private static Event event(byte[] b, int e) {
        int flags = u16(b, e + 2);
        EventKind kind = EventKind.of(u16(b, e));
        EnumSet<Field> fields = EnumSet.noneOf(Field.class);
        for (Field field : Field.values()) {
            if ((i32(b, e + 4) & field.code()) != 0) {
                fields.add(field);
            }
        }
        int role = i32(b, e + 32);
        return new Event(kind, perhaps((flags & 1) != 0, b, e + 16),
                (flags & 2) != 0 ? OptionalLong.of(i64(b, e + 8)) : OptionalLong.empty(), Collections.unmodifiableSet(fields),
                (flags & 4) != 0, role == 0 ? Optional.empty() : Optional.of(Role.of(role)),
                kind == EventKind.LICENSE_SET ? Optional.of(License.of(i32(b, e + 36), i64(b, e + 40))) : Optional.empty());
    }
}
