# What the composers in Perl share: the letters, and how names are written where a library leaves that to its user.
package Letters;
use strict;
use warnings;
use Encode qw(encode);
use Exporter qw(import);
use File::Basename;
use JSON::PP;
our @EXPORT = qw(letters word person fields file_of);

# The letters in this file.
sub letters {
    my ($source) = @_;
    local $/;
    open my $in, '<', $source or die "$source: $!\n";
    return @{ decode_json(<$in>) };
}

# Text for a header field. Encode folds with CRLF, and the files have LF.
sub word { $_[0] =~ /[^\x20-\x7E]/ ? encode('MIME-Header', $_[0]) =~ tr/\r//dr : $_[0] }

sub person {
    my $name = word($_[0]{name});
    $name = qq("$name") unless $name =~ /^=\?/;
    return "$name <$_[0]{address}>";
}

# The fields of a letter, with a Message-ID of this library.
sub fields {
    my ($letter, $library) = @_;
    my @fields = (
        From => person($letter->{from}), To => join(', ', map { person($_) } @{ $letter->{to} }),
        Subject => word($letter->{subject}), Date => $letter->{date}, 'Message-ID' => "<$letter->{number}.$library\@example.org>",
    );
    push @fields, Cc => join(', ', map { person($_) } @{ $letter->{cc} }) if @{ $letter->{cc} };
    return @fields;
}

# What MIME::Lite and MIME::Entity call the parts of an attachment.
sub file_of {
    my ($source, $file) = @_;
    return (
        Type => $file->{type}, Encoding => 'base64', Path => dirname($source) . "/$file->{path}", Filename => word($file->{name}),
        Disposition => 'attachment',
    );
}

1;
