//! A request to the look-up: whatever the body, it is read as a question or refused, and nothing panics.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    mailgauge::web::desk::is_look_up(body);
});
