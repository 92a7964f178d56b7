//! Walks along a file's structure in steps that the format asks for, however its bytes come.

use super::{Inspect, Report};

/// The longest piece a format may ask for at once.
pub(super) const PIECE: usize = 2048;

/// What a format wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// To pass over `skip` bytes without looking at them, then `take` bytes in one piece, at most [`PIECE`]: given to
    /// [`Format::piece`]. None to take is a place that must be reached; the piece is then empty.
    Piece { skip: u64, take: usize },
    /// All that comes, as it comes: given to [`Format::run`].
    Run,
    /// Nothing more: the file's own end, or a place from which on nothing can be known.
    Done,
}

impl Next {
    /// The next `take` bytes in one piece.
    pub const fn take(take: usize) -> Next {
        Next::Piece { skip: 0, take }
    }
}

/// How the walk stands where the file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Bytes of the file.
    pub length: u64,
    /// Where the walk was done; `None` if the file ended before.
    pub done: Option<u64>,
    /// Bytes that are missing to the piece that was asked for.
    pub missing: u64,
    /// The file ended exactly between two pieces: all was skipped that was to be, and none of the next one came.
    pub between: bool,
}

/// A format that is walked along.
pub(super) trait Format: Send {
    /// Bytes of the piece to begin with.
    const FIRST: usize;

    /// Takes a piece that was asked for. `at` is its place in the file.
    fn piece(&mut self, at: u64, piece: &[u8]) -> Next;

    /// Takes bytes as they come after [`Next::Run`], at least one, and says how many of them it used: all, unless it
    /// wants something else from there on.
    fn run(&mut self, bytes: &[u8]) -> (usize, Next) {
        (bytes.len(), Next::Run)
    }

    /// The file has ended.
    fn report(&mut self, end: End) -> Report;
}

/// A [`Format`] on its way through a file.
pub(super) struct Steps<F> {
    format: F,
    next: Next,
    /// The beginning of a piece that is not there yet as a whole.
    piece: Vec<u8>,
    /// The place of the next byte.
    at: u64,
    done: Option<u64>,
}

impl<F: Format> Steps<F> {
    pub fn new(format: F) -> Steps<F> {
        Steps { format, next: Next::take(F::FIRST), piece: Vec::new(), at: 0, done: None }
    }

    /// The format, with what it has noted so far.
    pub fn format(&self) -> &F {
        &self.format
    }

    /// Gives the format the piece it asked for, the bytes before the current place.
    fn give(&mut self, piece: &[u8]) {
        let next = self.format.piece(self.at - piece.len() as u64, piece);
        self.go_on(next);
    }

    fn go_on(&mut self, next: Next) {
        self.next = match next {
            // A format that asks for nothing would ask for ever.
            Next::Piece { skip: 0, take: 0 } => Next::Done,
            Next::Piece { skip, take } => Next::Piece { skip, take: take.min(PIECE) },
            other => other,
        };
        if self.next == Next::Done {
            self.done = Some(self.at);
        }
    }
}

impl<F: Format> Inspect for Steps<F> {
    fn wants(&self, count: u64) -> bool {
        match self.next {
            // The last byte before a place that must be reached calls the format.
            Next::Piece { skip, .. } => count >= skip,
            Next::Run => true,
            Next::Done => false,
        }
    }

    fn skip(&mut self, count: u64) {
        debug_assert!(!self.wants(count));
        self.at += count;
        if let Next::Piece { skip, .. } = &mut self.next {
            *skip = skip.saturating_sub(count);
        }
    }

    fn bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let rest = match self.next {
                Next::Done => {
                    self.at += bytes.len() as u64;
                    &[]
                }
                Next::Run => {
                    let (used, next) = self.format.run(bytes);
                    let used = used.min(bytes.len());
                    self.at += used as u64;
                    // A format that neither takes a byte nor wants something else would go on for ever.
                    self.go_on(if used == 0 && next == Next::Run { Next::Done } else { next });
                    &bytes[used..]
                }
                Next::Piece { skip: 0, take } => {
                    let (piece, rest) = bytes.split_at(bytes.len().min(take - self.piece.len()));
                    self.at += piece.len() as u64;
                    if piece.len() == take {
                        self.give(piece);
                    } else {
                        self.piece.extend_from_slice(piece);
                        if self.piece.len() == take {
                            let mut piece = std::mem::take(&mut self.piece);
                            self.give(&piece);
                            piece.clear();
                            self.piece = piece;
                        }
                    }
                    rest
                }
                Next::Piece { skip, take } => {
                    let count = skip.min(bytes.len() as u64);
                    self.at += count;
                    self.next = Next::Piece { skip: skip - count, take };
                    if count == skip && take == 0 {
                        self.give(&[]);
                    }
                    &bytes[count as usize..]
                }
            };
            bytes = rest;
        }
    }

    fn report(&mut self) -> Report {
        let (missing, between) = match self.next {
            Next::Piece { skip, take } => {
                let have = self.piece.len();
                (skip.saturating_add((take - have) as u64), skip == 0 && have == 0)
            }
            Next::Run | Next::Done => (0, false),
        };
        self.format.report(End { length: self.at, done: self.done, missing, between })
    }
}
