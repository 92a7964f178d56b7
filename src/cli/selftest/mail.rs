//! A mail with every mark in it.

use data_encoding::BASE64;

/// A mail with every mark in it, with CRLF line ends, in every encoding that mail has, and with plenty of faults so that much is said about it.
pub fn planted(recipient: &str) -> Vec<u8> {
    let base64 = |text: &str| BASE64.encode(text.as_bytes());
    let text = format!(
        "From: \"zqdisplayname\" <zqsenderlocal@zqsenderhost.example>\n\
             To: zqdisplayname <{recipient}>\n\
             Message-ID: <zqmessageid@zqsenderhost.example>\n\
             Date: zqfieldvalue, 24 Nov 2026\n\
             Subject: zqsubjectwort =?utf-8?B?{subject}?= =?utf-8?Q?zq=73ubjectwort?= =?zqparametervalue?Q?zqsubjectwort?=\n\
             X-Zqfieldname: zqfieldvalue \x01\n\
             X-Mailgauge: v=1; ref=zqfieldvalue\n\
             zqfieldname zqfieldname: zqfieldvalue\n\
             MIME-Version: zqfieldvalue\n\
             Content-Type: multipart/mixed; boundary=\"zqboundarywort\"; zqparametervalue=zqparametervalue\n\
             \n\
             zqbodywort before all parts\n\
             --zqboundarywort\n\
             Content-Type: text/zqsubtype; charset=zqparametervalue\n\
             Content-Transfer-Encoding: zqtransfercoding\n\
             \n\
             zqbodywort\n\
             --zqboundarywort\n\
             Content-Type: application/zqsubtype; name=\"zqfilenamewort.zqextension\"\n\
             Content-Disposition: zqparametervalue; filename*=utf-8''zqfile%6Eamewort.pdf.exe; filename=\"../zqfilenamewort\n\
             Content-Transfer-Encoding: base64\n\
             zqfieldname without a colon\n\
             \n\
             {content}\n\
             zqbodywort!\n\
             --zqboundarywort\n\
             Content-Type: message/rfc822\n\
             \n\
             Subject: zqsubjectwort\n\
             From: zqsenderlocal@zqsenderhost.example\n\
             \n\
             begin 644 zqfilenamewort.zqextension\n\
             #86)C\n\
             `\n\
             end\n\
             --zqboundarywort\n\
             Content-Type: text/html\n\
             Content-Transfer-Encoding: quoted-printable\n\
             \n\
             <a href=3D\"https://zqsenderhost.example/zqbodywort\">zq=62odywort</a> =ZQ\n",
        subject = base64("zqsubjectwort"),
        content = base64("MZ zqbinarywort zqbinarywort zqbinarywort"),
    );
    text.replace('\n', "\r\n").into_bytes()
}
