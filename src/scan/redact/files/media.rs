//! Sound and films: boxes and chunks stay, what is in them goes.

use super::File;

/// RIFF: names and lengths of chunks, the formats of sound and picture.
pub(super) fn riff(file: &mut File<'_>) {
    file.keep_fours(0..12);
    let mut at = 12;
    while let Some(length) = file.le(at + 4, 4) {
        let kept = match file.bytes(at, 4) {
            Some(b"fmt ") => 18,
            Some(b"VP8 " | b"VP8X") => 10,
            Some(b"VP8L") => 5,
            Some(b"LIST") => 4,
            _ => 0,
        };
        file.keep_fours(at..at + 8 + kept.min(length));
        at = match at.checked_add(8).and_then(|at| at.checked_add(length)) {
            Some(end) => end + length % 2,
            None => return,
        };
    }
    file.keep(at..at + 8);
}

/// ISO base media (ISO/IEC 14496-12): names and lengths of boxes, brands.
pub(super) fn boxes(file: &mut File<'_>) {
    const DEPTH: usize = 8;
    let end = file.from.len();
    inside(file, 0, end, DEPTH);
}

fn inside(file: &mut File<'_>, mut at: usize, end: usize, depth: usize) {
    while at + 8 <= end {
        let (Some(short), Some(name)) = (file.be(at, 4), file.bytes(at + 4, 4).map(<[u8]>::to_vec)) else { return };
        let (header, length) = match short {
            // To the end of the file; a length of 64 bits.
            0 => (8, end - at),
            1 => (16, file.be(at + 8, 8).unwrap_or(0)),
            length => (8, length),
        };
        file.keep_fours(at..at + header);
        let Some(next) = at.checked_add(length).filter(|next| length >= header && *next < usize::MAX / 2) else {
            return;
        };
        match name.as_slice() {
            b"ftyp" => file.keep_fours(at..next.min(at + 256)),
            b"hdlr" => file.keep(at + header..at + header + 12),
            b"moov" | b"trak" | b"mdia" | b"minf" | b"stbl" | b"dinf" | b"edts" | b"moof" | b"traf" | b"mvex"
            | b"iprp" | b"ipco"
                if depth > 0 =>
            {
                inside(file, at + header, next.min(end), depth - 1);
            }
            b"meta" if depth > 0 => {
                file.keep(at + header..at + header + 4);
                inside(file, at + header + 4, next.min(end), depth - 1);
            }
            _ => {}
        }
        at = next;
    }
    file.keep(at..end);
}

#[cfg(test)]
mod tests {
    use super::super::tests::emptied;
    use crate::scan::names::FileKind;

    #[test]
    fn frames_stay_and_contents_go() {
        let mp4 = b"\0\0\0\x14ftypisom\0\0\x02\0isom\0\0\0\x10moov\0\0\0\x08free\0\0\0\x0Emdatsecret";
        let out = emptied(FileKind::Mp4, mp4);
        assert_eq!(out[..mp4.len() - 6], mp4[..mp4.len() - 6]);
        let m4a = b"\0\0\0\x14ftypM4A \0\0\x02\0isom\0\0\0\x08free\0\0\0\x0Emdatsecret";
        assert_eq!(emptied(FileKind::M4a, m4a)[..m4a.len() - 6], m4a[..m4a.len() - 6]);
        assert!(!out.ends_with(b"secret"));
        let wav =
            b"RIFF\x2C\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0data\x06\0\0\0secret";
        let out = emptied(FileKind::Wav, wav);
        assert_eq!(out[..wav.len() - 6], wav[..wav.len() - 6]);
        assert!(!out.ends_with(b"secret"));
    }
}
