//! The C decoder of packed records, given anything: it refuses or reads, and
//! never reads outside of what it was given.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let fields = headcount_fuzz::packed_fields(bytes);
    assert_eq!(
        fields,
        headcount_fuzz::packed_fields(bytes),
        "not the same again"
    );
});
