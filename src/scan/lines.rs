//! Lines of a body: their length and how they end.

/// The longest line that mail carries, without its line end (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6).
pub(super) const LONGEST_LINE: u64 = 998;

/// Counts lines as they stream by, wherever they are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    length: u64,
    /// Bytes of the longest line so far.
    pub longest: u64,
    /// Line ends that are a LF alone.
    pub bare_lf: u64,
    /// There is a CR that ends no line.
    pub bare_cr: bool,
}

impl Lines {
    /// Bytes of the current line.
    #[inline]
    pub fn add(&mut self, bytes: usize) {
        self.length += bytes as u64;
        self.longest = self.longest.max(self.length);
    }

    /// The current line ends.
    #[inline]
    pub fn end(&mut self, crlf: bool) {
        self.length = 0;
        self.bare_lf += u64::from(!crlf);
    }

    /// Whole lines of this many bytes came.
    #[inline]
    pub fn whole(&mut self, bytes: usize, bare_lf: u64) {
        self.longest = self.longest.max(bytes as u64);
        self.bare_lf += bare_lf;
    }

    /// Whether the next byte begins a line.
    pub fn at_start(&self) -> bool {
        self.length == 0
    }

    /// Bytes of the current line so far.
    pub fn current(&self) -> u64 {
        self.length
    }

    /// Counts a piece in which no CRLF is cut.
    pub fn text(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
            self.add(at);
            match &rest[at..] {
                [b'\r', b'\n', tail @ ..] => {
                    self.end(true);
                    rest = tail;
                }
                [b'\n', tail @ ..] => {
                    self.end(false);
                    rest = tail;
                }
                tail => {
                    self.bare_cr = true;
                    self.add(1);
                    rest = &tail[1..];
                }
            }
        }
        self.add(rest.len());
    }
}

/// The first `N` bytes of one line, however it is cut.
pub(super) struct Captured<const N: usize> {
    bytes: [u8; N],
    /// Of the line so far, also of what found no room.
    length: usize,
}

impl<const N: usize> Default for Captured<N> {
    fn default() -> Self {
        Captured { bytes: [0; N], length: 0 }
    }
}

impl<const N: usize> Captured<N> {
    /// The next bytes of the line.
    pub fn push(&mut self, piece: &[u8]) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        let taken = room.len().min(piece.len());
        room[..taken].copy_from_slice(&piece[..taken]);
        self.length = self.length.saturating_add(piece.len());
    }

    /// A new line begins.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// What is kept of the line.
    pub fn start(&self) -> &[u8] {
        &self.bytes[..self.length.min(N)]
    }

    /// All of the line is kept.
    pub fn is_whole(&self) -> bool {
        self.length <= N
    }
}
