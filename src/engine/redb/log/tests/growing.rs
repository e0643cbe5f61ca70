//! Extending a segment that is in use.

use super::*;

#[test]
fn a_grown_segment_keeps_what_it_has() {
    let disk = Disk::default();
    let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
    append(&mut log, 1);
    let segment: Arc<Segment> = log.switch().unwrap().unwrap();
    let bytes = log.grown(&segment, 1 << 20);
    segment.grow(bytes).unwrap();
    let grown = frames_of(&disk, SEGMENTS[0]).unwrap();
    assert_eq!((grown.len() + FRAMES_AT) as u64, bytes);
    assert_eq!(last(&[grown], 0).unwrap(), 1);
}

/// Whatever fails while a segment is extended, and while that is tried again, no header
/// announces bytes that are not there, and frames stay.
#[test]
fn a_segment_is_as_long_as_its_header_says_after_any_two_failures() {
    let fault = |disk: &Disk, call| {
        disk.set_fault(Some(Fault {
            call: disk.calls() + call,
            kind: io::ErrorKind::Other,
            for_good: false,
        }));
    };
    // The length, the zeros, a sync, the header and its sync.
    for (first, second) in (1..=5).flat_map(|first| (1..=5).map(move |second| (first, second))) {
        let disk = Disk::default();
        let mut log = Log::new(Arc::new(disk.clone()), ID, 0, Sync::EachFrame, 1 << 20);
        append(&mut log, 1);
        let segment = Arc::clone(log.segments[0].as_ref().unwrap());
        let before = segment.bytes();
        for (call, bytes) in [(first, before + (64 << 10)), (second, before + (32 << 10))] {
            fault(&disk, call);
            segment.grow(bytes).unwrap_err();
            assert_eq!(segment.bytes(), before);
        }
        for cut in [PowerCut::LosesAll, PowerCut::KeepsAll] {
            let left = disk.after(cut, &mut fastrand::Rng::with_seed(1));
            let file = SideFiles::open(&left, SEGMENTS[0]).unwrap().unwrap();
            let header = SegmentHeader::read(&*file).unwrap().unwrap();
            assert!(
                header.bytes <= file.len().unwrap(),
                "{first} {second} {cut:?}"
            );
            let frames = frames_of(&left, SEGMENTS[0]).unwrap();
            assert_eq!(last(&[frames], 0).unwrap(), 1);
        }
    }
}
