package headcount;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.function.Consumer;

/**
 * A native handle, freed once: by {@link #free}, or when its owner isn't reachable any more. So a
 * call keeps the owner reachable until it returned.
 */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final MemorySegment pointer;
    private final Cleaner.Cleanable cleanable;

    Handle(Object owner, MemorySegment pointer, Consumer<MemorySegment> free) {
        this.pointer = pointer;
        // The action must not refer to the owner.
        this.cleanable = CLEANER.register(owner, () -> free.accept(pointer));
    }

    MemorySegment pointer() {
        return pointer;
    }

    void free() {
        cleanable.clean();
    }
}
