package Login::Docs;

# Parts of the documentation that a test writes: what it has just seen, so
# that the text cannot say something else.
#
#     use Login::Docs;
#
#     Login::Docs::section('satisfy.md', 'truth table', $markdown);
#
# compares what stands in docs/satisfy.md between the lines
#
#     <!-- begin truth table -->
#     <!-- end truth table -->
#
# with the text, and is one test.  With LOGIN_PRINT=1 in the environment the
# text takes the place of what stands there:
#
#     LOGIN_PRINT=1 perl -It/lib t/gate-satisfy.t

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More ();

our $DOCS = dirname(dirname(dirname(dirname(abs_path(__FILE__))))) . '/docs';


sub section {
    my ($file, $name, $text) = @_;

    my $path = "$DOCS/$file";
    my $whole = read_file($path);
    my ($begin, $end) = map { "<!-- $_ $name -->\n" } qw(begin end);

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    # one empty line on each side, as Markdown wants it around a table

    $text =~ s/\A\n+|\n+\z//g;
    $text = "\n$text\n\n";

    my @found = $whole =~ /\Q$begin\E(.*?)\Q$end\E/gs;

    if (@found != 1) {
        return Test::More::fail("docs/$file has one part \"$name\"");
    }

    if ($ENV{LOGIN_PRINT}) {
        $whole =~ s/(?<=\Q$begin\E).*?(?=\Q$end\E)/$text/s;
        write_file($path, $whole);
    }

    return Test::More::ok($ENV{LOGIN_PRINT} || $found[0] eq $text,
                          "docs/$file, \"$name\", says what was seen")
        || Test::More::diag("write it anew with LOGIN_PRINT=1, "
                            . 'and read the difference');
}


sub read_file {
    my ($path) = @_;

    open my $fh, '<:raw', $path or die "$path: $!\n";
    local $/;

    return <$fh> // '';
}


sub write_file {
    my ($path, $content) = @_;

    open my $fh, '>:raw', $path or die "$path: $!\n";
    print $fh $content;
    close $fh or die "$path: $!\n";
}


1;
