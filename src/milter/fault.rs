//! Panics on demand, for tests: with the cargo feature `fault-injection` the header field `X-Mailgauge-Fault: PLACE` makes its session
//! panic the next time it comes to that place. Without the feature this is nothing.

/// The panic that a session is to have.
#[derive(Default)]
pub(super) struct Fault {
    #[cfg(feature = "fault-injection")]
    place: Option<&'static str>,
}

#[cfg(feature = "fault-injection")]
impl Fault {
    const PLACES: [&str; 8] = ["mail", "data", "header", "eoh", "body", "eom", "abort", "uncaught"];

    /// Arms the fault if this header field asks for one.
    pub(super) fn arm(&mut self, name: &[u8], value: &[u8]) {
        if name == b"X-Mailgauge-Fault" {
            self.place = Self::PLACES.into_iter().find(|p| p.as_bytes() == value.trim_ascii());
        }
    }

    /// Panics, once, if the fault is armed for this place.
    pub(super) fn trip(&mut self, place: &str) {
        if self.place == Some(place) {
            self.place = None;
            panic!("fault injected at {place}");
        }
    }
}

#[cfg(not(feature = "fault-injection"))]
impl Fault {
    #[inline(always)]
    pub(super) fn arm(&mut self, _name: &[u8], _value: &[u8]) {}

    #[inline(always)]
    pub(super) fn trip(&mut self, _place: &str) {}
}
