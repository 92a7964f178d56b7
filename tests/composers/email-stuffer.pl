#!/usr/bin/env perl
# Perl's Email::Stuffer over Email::MIME. Usage: email-stuffer.pl LETTERS.JSON OUT
use strict;
use warnings;
use Email::Stuffer;
use File::Basename;
use FindBin;
use lib $FindBin::Bin;
use Letters ();

my ($source, $out) = @ARGV;
local $/;
my $person = sub { qq("$_[0]{name}" <$_[0]{address}>) };
for my $letter (Letters::letters($source)) {
    my $mail = Email::Stuffer->from($person->($letter->{from}))->to(map { $person->($_) } @{ $letter->{to} })
        ->subject($letter->{subject})->header(Date => $letter->{date})->header('Message-ID' => "<$letter->{number}.stuffer\@example.org>")
        ->text_body($letter->{text});
    $mail->cc(map { $person->($_) } @{ $letter->{cc} }) if @{ $letter->{cc} };
    $mail->html_body($letter->{html}) if $letter->{html};
    for (@{ $letter->{files} }) {
        open my $data, '<:raw', dirname($source) . "/$_->{path}" or die "$_->{path}: $!\n";
        $mail->attach(scalar <$data>, content_type => $_->{type}, filename => $_->{name}, name => $_->{name});
    }
    open my $file, '>:raw', "$out/$letter->{number}.eml" or die "$out: $!\n";
    print $file $mail->as_string;
}
