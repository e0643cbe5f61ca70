package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Null is refused wherever the annotations say that something has to be given. */
class NullTest {
    @TempDir
    Path folder;

    @Test
    void nullIsRefusedWhereSomethingHasToBeGiven() throws Exception {
        int tried = 0;
        try (Directory directory = Directory.inMemory(new Options().licenseIfNew(License.ENTERPRISE)); Feed feed = directory.follow(0)) {
            User ann = directory.createUser(NewUser.of("a@ex.co"));
            List<Object> values = List.of(directory, feed, ann, NewUser.of("b@ex.co"), new UserUpdate(), new UserQuery(), new Options(),
                    new Batch().activateUser("a@ex.co"), License.COMMUNITY, Role.OWNER, Sort.EMAIL, "b@ex.co", UUID.randomUUID(),
                    Instant.EPOCH, Duration.ZERO, folder.resolve("new.redb"), OutputStream.nullOutputStream(),
                    InputStream.nullInputStream(), List.of(), Map.of(), Optional.empty(), 1L, 1, false);
            for (Executable call : (Iterable<Executable>) published()::iterator) {
                Class<?>[] types = call.getParameterTypes();
                for (int at = 0; at < types.length; at++) {
                    if (types[at].isPrimitive() || call.getAnnotatedParameterTypes()[at].isAnnotationPresent(Nullable.class)) {
                        continue;
                    }
                    @Nullable Object[] arguments = new @Nullable Object[types.length];
                    for (int i = 0; i < types.length; i++) {
                        arguments[i] = i == at ? null : some(values, types[i]);
                    }
                    String what = call + " takes null at " + at;
                    boolean isOfObject = call instanceof Method && !Modifier.isStatic(call.getModifiers());
                    Throwable thrown = thrown(call, isOfObject ? some(values, call.getDeclaringClass()) : null, arguments);
                    assertInstanceOf(NullPointerException.class, thrown, what);
                    assertNotNull(thrown.getMessage(), what);
                    tried++;
                }
            }
            assertEquals(1, directory.changes(0).count());
            assertEquals(Optional.of(ann), directory.user("a@ex.co"));
        }
        assertTrue(tried > 100, tried + " are too few");
    }

    /** All that programs can call, but for the constructors of records, which are for this package. */
    private static Stream<Executable> published() throws IOException, ClassNotFoundException {
        Stream.Builder<Executable> calls = Stream.builder();
        try (Stream<Path> files = Files.list(Path.of("target/classes/headcount"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                Class<?> type = name.endsWith(".class") ? Class.forName("headcount." + name.replace(".class", "")) : Object.class;
                if (!Modifier.isPublic(type.getModifiers()) || type == Object.class) {
                    continue;
                }
                Stream.of(type.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !method.getName().equals("equals"))
                        .forEach(calls::add);
                Stream.of(type.getConstructors()).filter(constructor -> !type.isRecord()).forEach(calls::add);
            }
        }
        return calls.build();
    }

    private static Object some(List<Object> values, Class<?> type) {
        Class<?> boxed = MethodType.methodType(type).wrap().returnType();
        return values.stream().filter(boxed::isInstance).findFirst().orElseThrow(() -> new AssertionError("no value for " + type));
    }

    /** What a call fails with. */
    private static @Nullable Throwable thrown(Executable call, @Nullable Object on, @Nullable Object[] arguments)
            throws ReflectiveOperationException {
        try {
            if (call instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                ((Method) call).invoke(on, arguments);
            }
            return null;
        } catch (InvocationTargetException failure) {
            return failure.getCause();
        }
    }
}
