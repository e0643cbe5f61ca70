package headcount

// The native library. A package of its own, so that where it is missing, the compiler says only that.
import _ "example.com/headcount/internal/link"
