#!/usr/bin/env ruby
# Ruby's mail. Usage: mail.rb LETTERS.JSON OUT
require 'json'
require 'mail'

source, out = ARGV
JSON.parse(File.read(source, encoding: 'UTF-8')).each do |letter|
  person = ->(p) { a = Mail::Address.new; a.address = p['address']; a.display_name = p['name']; a.format }
  mail = Mail.new(charset: 'UTF-8')
  mail.from = person.(letter['from'])
  mail.to = letter['to'].map(&person)
  mail.cc = letter['cc'].map(&person) unless letter['cc'].empty?
  mail.subject = letter['subject']
  mail.date = letter['date']
  mail.message_id = "<#{letter['number']}.ruby@example.org>"
  text = Mail::Part.new { content_type 'text/plain; charset=UTF-8'; body letter['text'] }
  html = Mail::Part.new { content_type 'text/html; charset=UTF-8'; body letter['html'] } if letter['html']
  # Left to itself, the library would put the files among the alternatives.
  if letter['files'].empty?
    mail.text_part = text
    mail.html_part = html if html
  else
    mail.content_type = 'multipart/mixed'
    both = Mail::Part.new { content_type 'multipart/alternative' }
    both.text_part = text
    both.html_part = html if html
    mail.add_part(html ? both : text)
  end
  letter['files'].each do |file|
    mail.attachments[file['name']] = { mime_type: file['type'], content: File.binread(File.join(File.dirname(source), file['path'])) }
  end
  File.binwrite(File.join(out, "#{letter['number']}.eml"), mail.to_s)
end
