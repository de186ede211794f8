#!/usr/bin/perl

# What bash offers behind nginx-login.

use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use Test::More;

my $root = "$FindBin::Bin/..";
my $build = $ENV{LOGIN_BUILD} // "$root/build";

$build = "$root/$build" unless $build =~ m{^/};

my $program = "$build/nginx-login";

plan skip_all => "no $program, run scripts/build" unless -x $program;

my $dir = tempdir(CLEANUP => 1);

mkdir "$dir/folder";
open my $fh, '>', "$dir/file name" or die "file: $!\n";
close $fh;


# The words as bash has them when the tab key is pressed behind the last one.

sub offers {
    my (@words) = @_;

    my $script = <<'END';
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_nginx_login "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
END

    open my $pipe, '-|', 'bash', '-c', 'cd "$1" && shift && ' . $script,
        'bash', $dir, "$root/conf/nginx-login.bash", $program, @words
        or die "bash: $!\n";

    return join ' ', map { chomp; $_ } <$pipe>;
}


my $help = `$program --help`;
my %commands = map { $_ => 1 } $help =~ /^  ([a-z]+) /mg;

is offers(''), join(' ', sort keys %commands), 'all commands';
is offers('us'), 'user', 'one';
is offers('user', 's'), 'set show', 'the second word';
is offers('key', ''), 'list reseal retire rotate', 'all second words';
is offers('--json', '--store', '/x', 'key', 'ro'), 'rotate',
    'behind options with and without values';
is offers('--store', '=', '/x', 'key', 'ro'), 'rotate',
    'behind a value with an equals sign';
is offers('--st'), '--store', 'an option of all commands';
is offers('key', 'rotate', '--v'), '--verify-first --version',
    'an option of one';
is offers('user', 'add', 'ann', '--pass'), '--password-stdin',
    'behind an argument';
is offers('user', 'list', '--verify'), '', 'not one of another command';
is offers('backup', 'fi'), 'file name', 'a file';
is offers('--store', ''), 'folder', 'a directory';
is offers('preview', ''), 'folder', 'one as an argument';
is offers('--store', '=', 'fo'), 'folder', 'one behind an equals sign';
like offers('init', '--user', 'ro'), qr/\broot\b/, 'a user of the system';
is offers('user', 'show', ''), '', 'no names of users';
is offers('frobnicate', ''), '', 'nothing behind what is unknown';

done_testing;
