#!/usr/bin/env perl
# Perl's MIME::Lite, which leaves the encoding of header fields to its user. Usage: mime-lite.pl LETTERS.JSON OUT
use strict;
use warnings;
use Encode qw(encode);
use File::Basename;
use JSON::PP;
use MIME::Lite;

my ($source, $out) = @ARGV;
local $/;
open my $in, '<', $source or die "$source: $!\n";
my $word = sub { $_[0] =~ /[^\x20-\x7E]/ ? encode('MIME-Header', $_[0]) : $_[0] };
my $person = sub { my $name = $word->($_[0]{name}); $name = qq("$name") unless $name =~ /^=\?/; "$name <$_[0]{address}>" };
for my $letter (@{ decode_json(<$in>) }) {
    my @text = (Type => 'text/plain; charset=UTF-8', Encoding => 'quoted-printable', Data => encode('UTF-8', $letter->{text}));
    my @html = (Type => 'text/html; charset=UTF-8', Encoding => 'quoted-printable', Data => encode('UTF-8', $letter->{html} // ''));
    my @top = (
        From => $person->($letter->{from}), To => join(', ', map { $person->($_) } @{ $letter->{to} }),
        Subject => $word->($letter->{subject}), Date => $letter->{date}, 'Message-ID' => "<$letter->{number}.lite\@example.org>",
    );
    push @top, Cc => join(', ', map { $person->($_) } @{ $letter->{cc} }) if @{ $letter->{cc} };
    my $mail;
    if (@{ $letter->{files} }) {
        $mail = MIME::Lite->new(@top, Type => 'multipart/mixed');
        if ($letter->{html}) {
            my $both = MIME::Lite->new(Type => 'multipart/alternative');
            $both->attach(@text);
            $both->attach(@html);
            $mail->attach($both);
        } else {
            $mail->attach(@text);
        }
        $mail->attach(Type => $_->{type}, Encoding => 'base64', Path => dirname($source) . "/$_->{path}", Filename => $word->($_->{name}), Disposition => 'attachment')
            for @{ $letter->{files} };
    } elsif ($letter->{html}) {
        $mail = MIME::Lite->new(@top, Type => 'multipart/alternative');
        $mail->attach(@text);
        $mail->attach(@html);
    } else {
        $mail = MIME::Lite->new(@top, @text);
    }
    open my $file, '>', "$out/$letter->{number}.eml" or die "$out: $!\n";
    print $file $mail->as_string;
}
