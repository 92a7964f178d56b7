//! An SMTP client that sends exactly the bytes it is given (RFC 5321), dot-stuffing aside.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Postfix answers within this time or something is wrong.
const PATIENCE: Duration = Duration::from_secs(120);

/// What goes into MAIL and RCPT.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
    /// `SIZE=` (RFC 1870).
    pub size: Option<u64>,
    /// `BODY=8BITMIME` (RFC 6152).
    pub eight_bit: bool,
    /// `SMTPUTF8` (RFC 6531).
    pub utf8: bool,
}

impl Envelope {
    pub fn to(recipient: &str) -> Envelope {
        Envelope {
            from: "sender@example.org".into(),
            to: vec![recipient.into()],
            size: None,
            eight_bit: false,
            utf8: false,
        }
    }

    fn mail_command(&self) -> String {
        let mut command = format!("MAIL FROM:<{}>", self.from);
        if let Some(size) = self.size {
            command += &format!(" SIZE={size}");
        }
        if self.eight_bit {
            command += " BODY=8BITMIME";
        }
        if self.utf8 {
            command += " SMTPUTF8";
        }
        command
    }
}

/// One SMTP session.
pub struct Session {
    stream: BufReader<TcpStream>,
}

impl Session {
    /// Connects and says EHLO.
    pub fn open(port: u16) -> io::Result<Session> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut session = Session { stream: BufReader::new(stream) };
        session.expect('2')?;
        session.command("EHLO client.example.org", '2')?;
        Ok(session)
    }

    /// Sends one mail and returns the reply to its end, which holds the queue ID.
    pub fn send(&mut self, envelope: &Envelope, message: &[u8]) -> io::Result<String> {
        self.begin(envelope)?;
        self.write(&stuffed(message))?;
        self.expect('2')
    }

    /// Up to and including DATA.
    pub fn begin(&mut self, envelope: &Envelope) -> io::Result<()> {
        self.command(&envelope.mail_command(), '2')?;
        for recipient in &envelope.to {
            self.command(&format!("RCPT TO:<{recipient}>"), '2')?;
        }
        self.command("DATA", '3')?;
        Ok(())
    }

    /// Raw bytes, as they are.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// One command line whose reply must begin with this digit.
    pub fn command(&mut self, line: &str, digit: char) -> io::Result<String> {
        self.write(format!("{line}\r\n").as_bytes())?;
        self.expect(digit).map_err(|e| io::Error::new(e.kind(), format!("{line}: {e}")))
    }

    /// Reads a reply to its last line.
    pub fn expect(&mut self, digit: char) -> io::Result<String> {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            if self.stream.read_line(&mut reply)? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("connection closed after {reply:?}")));
            }
            if reply.as_bytes().get(start + 3) != Some(&b'-') {
                break;
            }
        }
        if reply.starts_with(digit) { Ok(reply) } else { Err(io::Error::other(format!("unexpected reply {reply:?}"))) }
    }

    /// Says QUIT and waits for the end of the connection.
    pub fn quit(mut self) -> io::Result<()> {
        self.command("QUIT", '2')?;
        self.stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

/// One mail in a session of its own.
pub fn send(port: u16, envelope: &Envelope, message: &[u8]) -> io::Result<String> {
    let mut session = Session::open(port)?;
    let reply = session.send(envelope, message)?;
    session.quit()?;
    Ok(reply)
}

/// The message as DATA carries it: a dot in front of each line that begins with one, and the line that ends it.
pub fn stuffed(message: &[u8]) -> Vec<u8> {
    assert!(message.ends_with(b"\r\n"), "a message ends with a line end, or SMTP adds one");
    let mut wire = Vec::with_capacity(message.len() + 64);
    let mut at_line_start = true;
    for &byte in message {
        if at_line_start && byte == b'.' {
            wire.push(b'.');
        }
        wire.push(byte);
        at_line_start = byte == b'\n';
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[test]
fn dots_are_stuffed_at_line_starts_only() {
    assert_eq!(stuffed(b".a\r\nb.\r\n..\r\n"), b"..a\r\nb.\r\n...\r\n.\r\n");
}
