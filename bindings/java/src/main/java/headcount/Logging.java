package headcount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.Optional;

/** The log messages of the library, for the whole process: all directories and threads. */
public final class Logging {
    private static final Level[] LEVELS = {Level.OFF, Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG, Level.TRACE};

    private static volatile Optional<Logger> logger = Optional.empty();

    private Logging() {}

    /** The function that the library calls. It is never freed, since a call may be under way at any time. */
    private static final class Receiver {
        static final MemorySegment STUB = stub();

        private static MemorySegment stub() {
            try {
                var receive = MethodHandles.lookup().findStatic(Logging.class, "receive", MethodType.methodType(
                        void.class, MemorySegment.class, int.class, MemorySegment.class, MemorySegment.class));
                return Linker.nativeLinker().upcallStub(receive,
                        FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS, ADDRESS), Arena.global());
            } catch (ReflectiveOperationException failure) {
                throw new AssertionError(failure);
            }
        }
    }

    /**
     * Sends messages to a logger, in place of the one before, at the levels that it logs now. It must return
     * soon and must not use directories or feeds; what it throws is dropped. Messages contain no personal data but
     * the paths of files.
     *
     * @param to the logger, such as that of {@link System#getLogger}; empty for none, which is the default
     */
    public static void setLogger(Optional<Logger> to) {
        logger = Objects.requireNonNull(to, "to is null");
        int most = 0;
        for (int level = 1; level < LEVELS.length; level++) {
            if (to.isPresent() && to.get().isLoggable(LEVELS[level])) {
                most = level;
            }
        }
        try (Frame f = Frame.open()) {
            MemorySegment stub = most == 0 ? MemorySegment.NULL : Receiver.STUB;
            f.check(Native.hc_log_set_callback(most, stub, MemorySegment.NULL, MemorySegment.NULL, f.error()));
        }
    }

    private static void receive(MemorySegment userdata, int level, MemorySegment target, MemorySegment message) {
        try {
            Level of = LEVELS[Math.clamp(level, 1, LEVELS.length - 1)];
            String text = Packed.cString(target) + ": " + Packed.cString(message);
            logger.ifPresent(to -> to.log(of, text));
        } catch (Throwable dropped) {
            // It would end the process if it went into the library.
        }
    }
}
