#!/usr/bin/env perl
# Perl's MIME::Entity (MIME-tools). Usage: mime-entity.pl LETTERS.JSON OUT
use strict;
use warnings;
use Encode qw(encode);
use File::Basename;
use JSON::PP;
use MIME::Entity;

my ($source, $out) = @ARGV;
local $/;
open my $in, '<', $source or die "$source: $!\n";
my $word = sub { $_[0] =~ /[^\x20-\x7E]/ ? encode('MIME-Header', $_[0]) : $_[0] };
my $person = sub { my $name = $word->($_[0]{name}); $name = qq("$name") unless $name =~ /^=\?/; "$name <$_[0]{address}>" };
for my $letter (@{ decode_json(<$in>) }) {
    my @top = (
        From => $person->($letter->{from}), To => join(', ', map { $person->($_) } @{ $letter->{to} }),
        Subject => $word->($letter->{subject}), Date => $letter->{date}, 'Message-ID' => "<$letter->{number}.entity\@example.org>",
    );
    push @top, Cc => join(', ', map { $person->($_) } @{ $letter->{cc} }) if @{ $letter->{cc} };
    my %text = (Type => 'text/plain', Charset => 'UTF-8', Encoding => 'base64', Data => encode('UTF-8', $letter->{text}));
    my %html = (Type => 'text/html', Charset => 'UTF-8', Encoding => '-SUGGEST', Data => encode('UTF-8', $letter->{html} // ''));
    my $mail;
    if (!$letter->{html} && !@{ $letter->{files} }) {
        $mail = MIME::Entity->build(@top, %text);
    } else {
        $mail = MIME::Entity->build(@top, Type => $letter->{html} && !@{ $letter->{files} } ? 'multipart/alternative' : 'multipart/mixed');
        $mail->attach(%text);
        $mail->attach(%html) if $letter->{html};
        $mail->attach(Type => $_->{type}, Encoding => 'base64', Path => dirname($source) . "/$_->{path}", Filename => $word->($_->{name}), Disposition => 'attachment')
            for @{ $letter->{files} };
    }
    open my $file, '>', "$out/$letter->{number}.eml" or die "$out: $!\n";
    $mail->print($file);
}
