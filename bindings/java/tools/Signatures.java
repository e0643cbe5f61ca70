import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes Native.java of headcount.h: its constants, the offsets of its structs, and a method for
 * each function. The build runs it, so that what is called is never described wrongly.
 *
 * <p>{@code java tools/Signatures.java headcount.h Native.java}
 */
class Signatures {
    private static final Pattern FUNCTION =
            Pattern.compile("^((?:const )?(?:struct )?[a-z_0-9]+ \\*?)(hc_[a-z_0-9]+)\\(([^;{]*?)\\);", Pattern.MULTILINE);
    private static final Pattern CONSTANT = Pattern.compile("^ +(HC_[A-Z0-9_]+) = (\\d+),", Pattern.MULTILINE);
    private static final Pattern DEFINE =
            Pattern.compile("^#define (HC_\\w+) (\\d+)$", Pattern.MULTILINE);
    private static final Pattern STRUCT =
            Pattern.compile("^typedef struct (hc_[a-z_]+) \\{(.*?)\\} ", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("^ +(?:const )?(\\w+ \\*?)(\\w+)(?:\\[(\\d+)\\])?;", Pattern.MULTILINE);

    /** Functions that only read a field: they may keep the collector waiting. */
    private static final Pattern GETTER = Pattern.compile(
            "hc_(user_(id|email|username|given_name|family_name|is_\\w+|version|\\w+_at_micros|attribute_\\w+)"
                    + "|error_(status|get_\\w+|is_\\w+)|workspace_(id|version|is_\\w+|\\w+_at_micros|default_of)|abi_version)");

    public static void main(String[] arguments) throws Exception {
        String header = Files.readString(Path.of(arguments[0]))
                .replaceAll("(?s)/\\*.*?\\*/", "").replace("\r", "");
        Path to = Path.of(arguments[1]);
        Files.createDirectories(to.getParent());
        Files.writeString(to, source(header));
    }

    static String source(String header) {
        StringBuilder out = new StringBuilder("""
                package headcount;

                import static java.lang.foreign.ValueLayout.ADDRESS;
                import static java.lang.foreign.ValueLayout.JAVA_INT;
                import static java.lang.foreign.ValueLayout.JAVA_LONG;

                import java.lang.foreign.FunctionDescriptor;
                import java.lang.foreign.MemorySegment;
                import java.lang.invoke.MethodHandle;

                /** Made of headcount.h by tools/Signatures.java. */
                final class Native {
                    private Native() {}

                """);
        for (Pattern pattern : List.of(CONSTANT, DEFINE)) {
            Matcher m = pattern.matcher(header);
            while (m.find()) {
                out.append("    static final int %s = %s;%n".formatted(m.group(1), m.group(2)));
            }
        }
        structs(header, out);
        Matcher m = FUNCTION.matcher(header);
        int functions = 0;
        while (m.find()) {
            function(m.group(1).strip(), m.group(2), m.group(3).strip(), out);
            functions++;
        }
        if (functions < 150) {
            throw new IllegalStateException("only " + functions + " functions were found");
        }
        return out.append("}\n").toString();
    }

    private static void structs(String header, StringBuilder out) {
        Matcher struct = STRUCT.matcher(header);
        while (struct.find()) {
            String name = struct.group(1).toUpperCase(Locale.ROOT);
            long offset = 0;
            Matcher field = FIELD.matcher(struct.group(2));
            while (field.find()) {
                long bytes = switch (field.group(1).strip()) {
                    case "uint8_t" -> 1;
                    case "int32_t", "uint32_t" -> 4;
                    case "int64_t", "uint64_t", "size_t", "char *" -> 8;
                    default -> throw new IllegalStateException("a field of type " + field.group(1));
                };
                offset = (offset + bytes - 1) / bytes * bytes;
                out.append("    static final long %s_%s = %d;%n"
                        .formatted(name, field.group(2).toUpperCase(Locale.ROOT), offset));
                offset += bytes * (field.group(3) == null ? 1 : Integer.parseInt(field.group(3)));
            }
            out.append("    static final int SIZEOF_%s = %d;%n".formatted(name, (offset + 7) / 8 * 8));
        }
    }

    private static void function(String result, String name, String parameters, StringBuilder out) {
        List<String> layouts = new ArrayList<>();
        List<String> declared = new ArrayList<>();
        List<String> names = new ArrayList<>();
        String returns = result.equals("void") ? "void" : type(result);
        if (!returns.equals("void")) {
            layouts.add(layout(returns));
        }
        if (!parameters.equals("void")) {
            for (String parameter : parameters.replaceAll("\\s+", " ").split(", ")) {
                int end = Math.max(parameter.lastIndexOf(' '), parameter.lastIndexOf('*')) + 1;
                String type = type(parameter.substring(0, end).strip());
                layouts.add(layout(type));
                declared.add(type + " " + parameter.substring(end));
                names.add(parameter.substring(end));
            }
        }
        String call = "%s.invokeExact(%s)".formatted(name, String.join(", ", names));
        out.append("""

                    private static final MethodHandle %1$s =
                            Library.function("%1$s", FunctionDescriptor.of%2$s(%3$s), %4$s);

                    static %5$s %1$s(%6$s) {
                        try {
                            %7$s;
                        } catch (RuntimeException | Error failure) {
                            throw failure;
                        } catch (Throwable failure) {
                            throw new AssertionError(failure);
                        }
                    }
                """.formatted(name, returns.equals("void") ? "Void" : "", String.join(", ", layouts),
                GETTER.matcher(name).matches(), returns, String.join(", ", declared),
                returns.equals("void") ? call : "return (" + returns + ") " + call));
    }

    private static String type(String c) {
        if (c.endsWith("*") || c.endsWith("_callback") || c.endsWith("_destroy")) {
            return "MemorySegment";
        }
        return switch (c) {
            case "int32_t", "uint32_t", "hc_status" -> "int";
            case "uint64_t", "size_t" -> "long";
            default -> throw new IllegalStateException("a parameter of type " + c);
        };
    }

    private static String layout(String type) {
        return switch (type) {
            case "int" -> "JAVA_INT";
            case "long" -> "JAVA_LONG";
            default -> "ADDRESS";
        };
    }
}
