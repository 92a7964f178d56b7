#!/usr/bin/env perl
# Perl's MIME::Entity (MIME-tools). Usage: mime-entity.pl LETTERS.JSON OUT
use strict;
use warnings;
use Encode qw(encode);
use FindBin;
use lib $FindBin::Bin;
use Letters;
use MIME::Entity;

my ($source, $out) = @ARGV;
for my $letter (letters($source)) {
    my @top = fields($letter, 'entity');
    my %text = (Type => 'text/plain', Charset => 'UTF-8', Encoding => 'base64', Data => encode('UTF-8', $letter->{text}));
    my %html = (Type => 'text/html', Charset => 'UTF-8', Encoding => '-SUGGEST', Data => encode('UTF-8', $letter->{html} // ''));
    my $mail;
    if (!$letter->{html} && !@{ $letter->{files} }) {
        $mail = MIME::Entity->build(@top, %text);
    } else {
        $mail = MIME::Entity->build(@top, Type => $letter->{html} && !@{ $letter->{files} } ? 'multipart/alternative' : 'multipart/mixed');
        $mail->attach(%text);
        $mail->attach(%html) if $letter->{html};
        $mail->attach(file_of($source, $_)) for @{ $letter->{files} };
    }
    open my $file, '>', "$out/$letter->{number}.eml" or die "$out: $!\n";
    $mail->print($file);
}
