#!/usr/bin/env perl
# Perl's MIME::Lite, which leaves the encoding of header fields to its user. Usage: mime-lite.pl LETTERS.JSON OUT
use strict;
use warnings;
use Encode qw(encode);
use FindBin;
use lib $FindBin::Bin;
use Letters;
use MIME::Lite;

my ($source, $out) = @ARGV;
for my $letter (letters($source)) {
    my @text = (Type => 'text/plain; charset=UTF-8', Encoding => 'quoted-printable', Data => encode('UTF-8', $letter->{text}));
    my @html = (Type => 'text/html; charset=UTF-8', Encoding => 'quoted-printable', Data => encode('UTF-8', $letter->{html} // ''));
    my @top = fields($letter, 'lite');
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
        $mail->attach(file_of($source, $_)) for @{ $letter->{files} };
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
