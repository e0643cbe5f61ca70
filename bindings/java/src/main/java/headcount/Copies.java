package headcount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.LongStream;

/** Makes values of native objects that a call left in a frame, and frees those. */
final class Copies {
    private Copies() {}

    static Optional<User> user(Frame frame) {
        MemorySegment user = frame.pointer();
        if (user.address() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new User(id(Native.hc_user_id(user)), Packed.cString(Native.hc_user_email(user)),
                    Packed.cString(Native.hc_user_username(user)), perhaps(Native.hc_user_given_name(user)),
                    perhaps(Native.hc_user_family_name(user)), Native.hc_user_is_active(user) == 1,
                    Native.hc_user_is_admin(user) == 1, attributes(user),
                    externalIds((i, by, id) -> Native.hc_user_external_id_at(user, i, by, id)), Native.hc_user_version(user),
                    Packed.moment(Native.hc_user_created_at_micros(user)),
                    Packed.moment(Native.hc_user_updated_at_micros(user)),
                    Packed.perhapsMoment(Native.hc_user_deactivated_at_micros(user))));
        } finally {
            Native.hc_user_free(user);
        }
    }

    static User oneUser(Frame frame) {
        return user(frame).orElseThrow(NoSuchElementException::new);
    }

    private static Map<String, String> attributes(MemorySegment user) {
        long count = Native.hc_user_attribute_count(user);
        if (count == 0) {
            return Map.of();
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        try (Frame frame = Frame.open()) {
            MemorySegment length = frame.allocate(8);
            for (long i = 0; i < count; i++) {
                Native.hc_user_attribute_at(user, i, frame.out(), frame.out2(), length);
                byte[] value = frame.out2().get(ADDRESS, 0).reinterpret(length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
                attributes.put(Packed.cString(frame.pointer()), new String(value, StandardCharsets.UTF_8));
            }
        }
        return Collections.unmodifiableMap(attributes);
    }

    private interface ExternalId {
        int read(long index, MemorySegment provisioner, MemorySegment id);
    }

    private static Map<String, String> externalIds(ExternalId at) {
        if (at.read(0, MemorySegment.NULL, MemorySegment.NULL) == 0) {
            return Map.of();
        }
        Map<String, String> ids = new LinkedHashMap<>();
        try (Frame frame = Frame.open()) {
            MemorySegment provisioner = frame.allocate(Native.HC_PROVISIONER_BYTES);
            MemorySegment id = frame.allocate(Native.HC_EXTERNAL_ID_BYTES);
            while (at.read(ids.size(), provisioner, id) == 1) {
                ids.put(provisioner.getString(0), id.getString(0));
            }
        }
        return Collections.unmodifiableMap(ids);
    }

    private static Optional<String> perhaps(MemorySegment text) {
        return text.address() == 0 ? Optional.empty() : Optional.of(Packed.cString(text));
    }

    private static UUID id(MemorySegment bytes) {
        MemorySegment id = bytes.reinterpret(16);
        return new UUID(id.get(Packed.NETWORK, 0), id.get(Packed.NETWORK, 8));
    }

    static Optional<Workspace> workspace(Frame frame) {
        MemorySegment workspace = frame.pointer();
        if (workspace.address() == 0) {
            return Optional.empty();
        }
        try {
            MemorySegment of = Native.hc_workspace_default_of(workspace);
            return Optional.of(new Workspace(Native.hc_workspace_id(workspace),
                    Packed.cString(Native.hc_workspace_name(workspace)), Native.hc_workspace_is_archived(workspace) == 1,
                    of.address() == 0 ? Optional.empty() : Optional.of(id(of)),
                    externalIds((i, by, id) -> Native.hc_workspace_external_id_at(workspace, i, by, id)),
                    Native.hc_workspace_version(workspace),
                    Packed.moment(Native.hc_workspace_created_at_micros(workspace)),
                    Packed.moment(Native.hc_workspace_updated_at_micros(workspace))));
        } finally {
            Native.hc_workspace_free(workspace);
        }
    }

    static Workspace oneWorkspace(Frame frame) {
        return workspace(frame).orElseThrow(NoSuchElementException::new);
    }

    static Applied applied(Frame frame) {
        MemorySegment applied = frame.pointer();
        try (Frame inner = Frame.open()) {
            int count = (int) Native.hc_applied_count(applied);
            MemorySegment buffer = inner.allocate(Packed.HEADER_BYTES + (long) Packed.OUTCOME_BYTES * count);
            inner.check(Native.hc_applied_read(applied, 0, buffer, buffer.byteSize(), inner.out(), inner.error()));
            byte[] packed = buffer.toArray(JAVA_BYTE);
            List<Outcome> outcomes = new ArrayList<>(count);
            int record = Packed.HEADER_BYTES;
            for (int i = 0; i < count; i++, record += Packed.i32(packed, record)) {
                inner.check(Native.hc_applied_get_user(applied, i, inner.out(), inner.error()));
                outcomes.add(Packed.outcome(packed, record, user(inner)));
            }
            long sequence = Native.hc_applied_sequence(applied);
            return new Applied(sequence == 0 ? OptionalLong.empty() : OptionalLong.of(sequence),
                    Native.hc_applied_is_replayed(applied) == 1, List.copyOf(outcomes),
                    LongStream.range(0, Native.hc_applied_ownerless_count(applied))
                            .mapToObj(i -> Native.hc_applied_ownerless_at(applied, i)).toList());
        } finally {
            Native.hc_applied_free(applied);
        }
    }

    static SeatHistory seatHistory(Frame frame) {
        MemorySegment h = frame.kept();
        long count = Math.min(h.get(JAVA_LONG, Native.HC_SEAT_HISTORY_DAY_COUNT), Native.HC_SEAT_DAYS_MAX);
        MemorySegment days = frame.out2().get(ADDRESS, 0).reinterpret(count * Native.SIZEOF_HC_SEAT_DAY);
        List<SeatDay> listed = days.elements(MemoryLayout.sequenceLayout(Native.SIZEOF_HC_SEAT_DAY / 8, JAVA_LONG))
                .map(of -> new SeatDay(Packed.moment(of.get(JAVA_LONG, Native.HC_SEAT_DAY_DAY_MICROS)),
                        of.get(JAVA_LONG, Native.HC_SEAT_DAY_PEAK), of.get(JAVA_LONG, Native.HC_SEAT_DAY_LAST)))
                .toList();
        return new SeatHistory(Packed.moment(h.get(JAVA_LONG, Native.HC_SEAT_HISTORY_SINCE_MICROS)),
                h.get(JAVA_LONG, Native.HC_SEAT_HISTORY_PEAK),
                Packed.perhapsMoment(h.get(JAVA_LONG, Native.HC_SEAT_HISTORY_PEAK_DAY_MICROS)), listed);
    }

    static List<HeadcountException> refusals(Frame frame) {
        MemorySegment list = frame.pointer();
        try {
            List<HeadcountException> refusals = new ArrayList<>();
            for (long i = 0; i < Native.hc_refusals_count(list); i++) {
                refusals.add(Failures.read(Native.hc_refusals_at(list, i)));
            }
            return refusals;
        } finally {
            Native.hc_refusals_free(list);
        }
    }

    /** What the library gives for the seats of a license without a limit. */
    static final long NO_LIMIT = -1;

    private static OptionalLong limit(long seats) {
        return seats == NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(seats);
    }

    static Seats seats(MemorySegment s) {
        return new Seats(License.of(s.get(JAVA_INT, Native.HC_SEATS_LICENSE), s.get(JAVA_LONG, Native.HC_SEATS_LIMIT)),
                s.get(JAVA_LONG, Native.HC_SEATS_LICENSE_VERSION), limit(s.get(JAVA_LONG, Native.HC_SEATS_LIMIT)),
                s.get(JAVA_LONG, Native.HC_SEATS_ACTIVE), s.get(JAVA_LONG, Native.HC_SEATS_INACTIVE),
                limit(s.get(JAVA_LONG, Native.HC_SEATS_FREE)), s.get(JAVA_LONG, Native.HC_SEATS_OVER_BY));
    }

    static Verified verified(MemorySegment v) {
        return new Verified(v.get(JAVA_LONG, Native.HC_VERIFIED_ACTIVE), v.get(JAVA_LONG, Native.HC_VERIFIED_INACTIVE),
                v.get(JAVA_LONG, Native.HC_VERIFIED_DELETED), v.get(JAVA_LONG, Native.HC_VERIFIED_WORKSPACES),
                v.get(JAVA_LONG, Native.HC_VERIFIED_MEMBERS), v.get(JAVA_LONG, Native.HC_VERIFIED_CHANGES));
    }

    static Stats stats(MemorySegment s) {
        return new Stats(s.get(JAVA_LONG, Native.HC_STATS_USERS_ACTIVE), s.get(JAVA_LONG, Native.HC_STATS_USERS_INACTIVE),
                s.get(JAVA_LONG, Native.HC_STATS_WORKSPACES), s.get(JAVA_LONG, Native.HC_STATS_LATEST_CHANGE),
                s.get(JAVA_LONG, Native.HC_STATS_CACHE_ENTRIES), s.get(JAVA_LONG, Native.HC_STATS_CACHE_BYTES),
                s.get(JAVA_LONG, Native.HC_STATS_CACHE_HITS), s.get(JAVA_LONG, Native.HC_STATS_CACHE_MISSES),
                s.get(JAVA_LONG, Native.HC_STATS_COMMIT_REQUESTS), s.get(JAVA_LONG, Native.HC_STATS_COMMIT_GROUPS),
                limit(s.get(JAVA_LONG, Native.HC_STATS_SEATS_LIMIT)), s.get(JAVA_LONG, Native.HC_STATS_FILE_BYTES),
                s.get(JAVA_LONG, Native.HC_STATS_LOG_BYTES), s.get(JAVA_LONG, Native.HC_STATS_CHECKPOINTS),
                s.get(JAVA_LONG, Native.HC_STATS_CHECKPOINT_MICROS), s.get(JAVA_LONG, Native.HC_STATS_CHECKPOINT_MICROS_MAX));
    }

    static Copied copied(MemorySegment c) {
        return new Copied(c.get(JAVA_LONG, Native.HC_COPIED_USERS), c.get(JAVA_LONG, Native.HC_COPIED_SEQUENCE),
                c.get(JAVA_LONG, Native.HC_COPIED_BYTES));
    }

    static Faults faults(Frame frame) {
        MemorySegment list = frame.pointer();
        try {
            List<Faults.Fault> listed = new ArrayList<>();
            for (long i = 0; i < Native.hc_faults_count(list); i++) {
                listed.add(new Faults.Fault(Packed.cString(Native.hc_faults_kind_at(list, i)),
                        Packed.cString(Native.hc_faults_text_at(list, i))));
            }
            return new Faults(Native.hc_faults_total(list), List.copyOf(listed), Native.hc_faults_set_aside(list),
                    Native.hc_faults_seats_over(list));
        } finally {
            Native.hc_faults_free(list);
        }
    }
}
