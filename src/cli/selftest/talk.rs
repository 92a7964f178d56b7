//! Small talk in HTTP and SMTP, on this machine.

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Who takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn connect(at: &str) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(at).with_context(|| format!("cannot connect to {at}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Asks for a page, and gives all of the answer, its header included.
pub fn get(at: &str, path: &str) -> anyhow::Result<Vec<u8>> {
    ask(at, &format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n"))
}

/// Sends JSON, and gives all of the answer.
pub fn post(at: &str, path: &str, kind: &str, cookie: &str, body: &str) -> anyhow::Result<Vec<u8>> {
    let length = body.len();
    ask(
        at,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {at}\r\nOrigin: http://{at}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Cookie: {cookie}\r\nConnection: close\r\n\r\n{body}"
        ),
    )
}

fn ask(at: &str, request: &str) -> anyhow::Result<Vec<u8>> {
    let mut stream = connect(at)?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Hands a message to a mail server (RFC 5321).
pub fn deliver(at: &str, sender: &str, recipient: &str, message: &[u8]) -> anyhow::Result<()> {
    let mut stream = BufReader::new(connect(at)?);
    let mut say = |line: &str, want: char| -> anyhow::Result<()> {
        if !line.is_empty() {
            stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        }
        loop {
            let mut answer = String::new();
            if stream.read_line(&mut answer)? == 0 {
                bail!("{at} has hung up");
            }
            if answer.as_bytes().get(3) != Some(&b'-') {
                if answer.starts_with(want) {
                    return Ok(());
                }
                // Its text may repeat an address of ours, which is a mark or the caller's own.
                bail!("{at} has answered: {}", answer.trim_end());
            }
        }
    };
    say("", '2')?;
    say("EHLO localhost", '2')?;
    say(&format!("MAIL FROM:<{sender}> BODY=8BITMIME"), '2')?;
    say(&format!("RCPT TO:<{recipient}>"), '2')?;
    say("DATA", '3')?;
    let mut stuffed = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stream.get_mut().write_all(&stuffed)?;
    let mut last = |line: &str, want: char| -> anyhow::Result<()> {
        stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_line(&mut answer)?;
        if answer.starts_with(want) { Ok(()) } else { bail!("{at} has answered: {}", answer.trim_end()) }
    };
    last(".", '2')?;
    last("QUIT", '2')
}
