#!/usr/bin/env node
// nodemailer. Usage: nodemailer.js LETTERS.JSON OUT
const fs = require('fs');
const path = require('path');
const nodemailer = require('nodemailer');

const [source, out] = process.argv.slice(2);
const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
(async () => {
    for (const letter of JSON.parse(fs.readFileSync(source, 'utf8'))) {
        const sent = await transport.sendMail({
            from: letter.from, to: letter.to, cc: letter.cc, subject: letter.subject, text: letter.text,
            html: letter.html || undefined, date: new Date(letter.date), messageId: `<${letter.number}.node@example.org>`,
            inReplyTo: letter.in_reply_to || undefined,
            attachments: letter.files.map(f => ({ filename: f.name, path: path.join(path.dirname(source), f.path), contentType: f.type })),
        });
        fs.writeFileSync(path.join(out, `${letter.number}.eml`), sent.message);
    }
})().catch(error => { console.error(error); process.exit(1); });
