//! The MTA's side of the milter protocol, as far as one mail needs it, so that a test needs no MTA. The protocol is that of Sendmail's
//! libmilter (`mfdef.h`): a length of four bytes, a command, its data.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The protocol's version 6: actions and events that Postfix knows as well.
const VERSION: u32 = 6;

/// Every action is offered; of the protocol's options none, so that each command has an answer.
const OFFER: [u32; 3] = [VERSION, 0x1FF, 0];

/// Longer answers are none of ours.
const MAX_FRAME: u32 = 1 << 20;

/// Sends one mail, and gives the header fields that were inserted, names and values.
pub fn send(
    stream: &mut TcpStream,
    sender: &str,
    recipient: &str,
    message: &[u8],
) -> io::Result<Vec<(String, String)>> {
    command(stream, b'O', &OFFER.map(u32::to_be_bytes).concat())?;
    let text = |parts: &[&str]| parts.iter().flat_map(|part| [part.as_bytes(), b"\0"].concat()).collect::<Vec<u8>>();
    command(
        stream,
        b'C',
        &[&text(&["client.zqsenderhost.example"])[..], b"4", &2525u16.to_be_bytes(), &text(&["192.0.2.77"])].concat(),
    )?;
    command(stream, b'H', &text(&["zqsenderhost.example"]))?;
    command(stream, b'M', &text(&[&format!("<{sender}>"), "SIZE=1000", "ENVID=zqparametervalue"]))?;
    command(stream, b'R', &text(&[&format!("<{recipient}>")]))?;
    frame(stream, b'D', &[b"T", &text(&["i", "4Selftest1Jz9"])[..]].concat())?;
    command(stream, b'T', b"")?;
    let (header, body) = split(message);
    for (name, value) in fields(header) {
        command(stream, b'L', &[name, b"\0", value, b"\0"].concat())?;
    }
    command(stream, b'N', b"")?;
    for chunk in body.chunks(65_535) {
        command(stream, b'B', chunk)?;
    }
    frame(stream, b'E', b"")?;
    let mut inserted = Vec::new();
    loop {
        match answer(stream)? {
            (b'i', data) => inserted.extend(insertion(&data)),
            (b'h', data) => inserted.extend(insertion(&[&[0; 4], &data[..]].concat())),
            // Accepted or to go on with: the last word. Progress, changes and quarantine come before it.
            (b'a' | b'c', _) => break,
            (b'm' | b'p' | b'q', _) => {}
            (b'r' | b't' | b'y', _) => return Err(io::Error::other("the policy refuses this mail")),
            (other, _) => return Err(unexpected(other)),
        }
    }
    frame(stream, b'Q', b"")?;
    Ok(inserted)
}

/// The header block and the body, at the first empty line.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(message.len());
    (&message[..end], message.get(end + 4..).unwrap_or_default())
}

/// Names and values of the header's fields; continuation lines belong to the field above, lines without a colon are left out, as an MTA
/// would end the header there.
fn fields(header: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut fields: Vec<&[u8]> = Vec::new();
    let mut begin = 0;
    for at in (0..header.len()).filter(|at| header[*at..].starts_with(b"\r\n")) {
        if !matches!(header.get(at + 2), Some(b' ' | b'\t')) {
            fields.push(&header[begin..at]);
            begin = at + 2;
        }
    }
    fields.push(&header[begin..]);
    let parts = |field: &'_ [u8]| field.iter().position(|b| *b == b':');
    fields.into_iter().filter_map(|f| parts(f).map(|at| (&f[..at], f[at + 1..].trim_ascii_start()))).collect()
}

/// The name and value of an inserted header field, behind its index.
fn insertion(data: &[u8]) -> Option<(String, String)> {
    let mut texts = data.get(4..)?.split(|b| *b == 0).map(|t| String::from_utf8_lossy(t).into_owned());
    Some((texts.next()?, texts.next()?))
}

/// Sends a command, and wants to hear that the mail may go on.
fn command(stream: &mut TcpStream, command: u8, data: &[u8]) -> io::Result<()> {
    frame(stream, command, data)?;
    match answer(stream)? {
        (b'c' | b'O', _) => Ok(()),
        (other, _) => Err(unexpected(other)),
    }
}

fn unexpected(answer: u8) -> io::Error {
    io::Error::other(format!("the milter has answered {:?}", char::from(answer)))
}

fn frame(stream: &mut TcpStream, command: u8, data: &[u8]) -> io::Result<()> {
    let length = u32::try_from(data.len() + 1).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], &[command], data].concat())
}

fn answer(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length == 0 || length > MAX_FRAME {
        return Err(io::Error::other("this is no milter"));
    }
    let mut data = vec![0; length as usize];
    stream.read_exact(&mut data)?;
    Ok((data[0], data.split_off(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_split_as_an_mta_does() {
        let (header, body) = split(b"A: 1\r\nB:2\r\n\t3\r\nno field\r\n\r\ntext\r\n");
        assert_eq!(fields(header), [(&b"A"[..], &b"1"[..]), (b"B", b"2\r\n\t3")]);
        assert_eq!(body, b"text\r\n");
    }
}
