/* Included only where native/ lacks the real header. */
#error "the native library is not built: run ./build in the folder of this module first"
