//! Ten thousand hostile strings: SQL, HTML, header, log, path, Unicode. For the tests beside the code and those over the whole program.

/// How many there are.
pub const STRINGS: usize = 10_000;

/// What stands before each string, so that it is found wherever it goes.
pub const MARK: &str = "ZQXJ";

const PIECES: &[&str] = &[
    "' OR '1'='1",
    "'; DROP TABLE records; --",
    "\" UNION SELECT * FROM audit --",
    "1; ATTACH '/etc/passwd'",
    "\\'; --",
    "$1",
    "?1",
    "%",
    "_",
    "*",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</textarea><b>",
    "<!--",
    "]]>",
    "&lt;",
    "&#60;",
    "{{7*7}}",
    "${7*7}",
    "javascript:alert(1)",
    "' autofocus onfocus='alert(1)",
    "\r\nSet-Cookie: a=b",
    "\r\n\r\n<html>",
    "%0d%0aX: y",
    "\n",
    "\0",
    "\u{1b}[31m",
    "../../etc/passwd",
    "..\\..\\",
    "/dev/null",
    "file:///etc/passwd",
    "|id",
    "`id`",
    "$(id)",
    "%s%n%x",
    "{}",
    "{\"a\":1}",
    "[[[[[[",
    "\u{202e}",
    "\u{feff}",
    "\u{200b}",
    "é",
    "e\u{301}",
    "ﬀ",
    "ı",
    "ß",
    "🦀",
    "\u{10ffff}",
    "\u{fffd}",
    "xn--",
    "xn--a-ecp.ru",
    "@",
    "@@",
    "<>",
    "<@a,@b:c@d>",
    "\"a b\"@c",
    "a@[IPv6:::1]",
    "+",
    "a+b@c",
    "=",
    ";",
    ",",
    "-1",
    "9223372036854775808",
    "1e309",
    "NaN",
    "null",
    "true",
    "all",
    "7d",
];

/// Strings from a seed (xorshift64*), each of some pieces and characters.
struct Strings(u64);

impl Strings {
    fn number(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below
    }

    fn string(&mut self) -> String {
        let mut text = MARK.to_owned();
        for _ in 0..=self.number(4) {
            match self.number(8) {
                0 => text.extend(char::from_u32(self.number(0x11_0000) as u32)),
                1 => text.push_str(&"A".repeat(self.number(300) as usize)),
                _ => text.push_str(PIECES[self.number(PIECES.len() as u64) as usize]),
            }
        }
        // All fields of a form at once fit into a body of 16 KiB, each byte as `%XX`.
        text.chars().take(400).collect()
    }
}

/// All of them; the same in each run.
pub fn strings() -> impl Iterator<Item = String> {
    let mut strings = Strings(0x6D61_696C_6761_7567);
    (0..STRINGS).map(move |_| strings.string())
}

/// Whether a terminal would take some of this for more than text: control characters and those that turn the direction of writing.
#[allow(dead_code, reason = "the tests over the whole program ask the store only")]
pub fn is_harmless(said: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !said.contains(|c: char| (c.is_control() && c != '\n') || turns(c))
}
