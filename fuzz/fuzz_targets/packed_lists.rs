//! Lists of stored records are packed, and the C decoder reads the same fields.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(packed) = headcount::fuzzing::packed::packed(bytes) {
        let mut fields = Vec::new();
        for batch in &packed.batches {
            let read = headcount_fuzz::packed_fields(batch);
            fields.extend(read.expect("our own batch is refused"));
        }
        assert!(
            fields == packed.fields,
            "other fields come out of {packed:?}"
        );
    }
});
