#!/usr/bin/perl

# The command line on a disk that is full: nothing is added, and all that
# takes something away still succeeds.

use strict;
use warnings;

use Login::Test;


plan(skip_all => 'needs root, for a file system of its own') if $> != 0;

my $t = Login::Test->new(init => 0);
my $cli = Login::Test::build_dir() . '/nginx-login';
my $password = 'correct horse battery staple';

mkdir $t->dir . '/disk';

$t->write_file('import', join '', map {
    "filler$_\@example.com:\$2y\$05\$" . '.' x 53 . "\n"
} 1 .. 5000);

# in a mount namespace of its own: nothing is left behind

$t->write_file('full.sh', $t->expand(<<'END') =~ s/%CLI%/$cli/gr);
set -u

mount -t tmpfs -o size=512k,mode=0755 tmpfs %%DIR%%/disk || exit 77

run() {
    %CLI% --store %%DIR%%/disk/store --key %%KEY%% "$@" > out 2> err
    echo "$? $*: $(cat err)"
}

cd %%DIR%%
run init --user www-data

for name in ann bob eve; do
    echo "correct horse battery staple" |
        run user add $name@example.com --password-stdin --role staff
done

run import htpasswd import
cat /dev/zero > disk/balloon 2> /dev/null
run user add late@example.com
run user role ann@example.com --add boss
run user role ann@example.com --remove staff
run session revoke ann@example.com
echo "another horse battery staple" | run user password ann@example.com --stdin
run user disable bob@example.com
run user remove eve@example.com
run user remove filler1@example.com
run user add late@example.com
mount -o remount,size=1m disk
run user add late@example.com
run check --json
END

my ($status, $out, $err) = $t->command({}, 'unshare', '-m',
                                       '--propagation', 'private',
                                       'sh', $t->dir . '/full.sh');

plan(skip_all => 'cannot mount a file system') if $status == 77
    || $err =~ /unshare/;

my @lines = split /\n/, $out;
my $next = sub { shift @lines // '' };

like $next->(), qr/^0 init/, 'a store';
like $next->(), qr/^0 user add/, "$_ is added" for qw(ann bob eve);
like $next->(), qr/^3 import .*: the disk is full\.  Run the command again/,
    'an import fills the disk';
like $next->(), qr/^3 user add late.*: the disk is full/, 'nobody is added';
like $next->(), qr/^3 user role .* --add .*: the disk is full/, 'nor a role';

like $next->(), qr/^0 \Q$_/, $_
    for 'user role ann@example.com --remove staff',
        'session revoke ann@example.com', 'user password ann@example.com',
        'user disable bob@example.com', 'user remove eve@example.com',
        'user remove filler1@example.com';

like $next->(), qr/^3 user add late.*: the disk is full/, 'still full';
like $next->(), qr/^0 user add late/, 'there is room again';
like $next->(), qr/^[01] check/, "and every record can be read";

is $err, '', 'nothing else is said' or diag($out);

done_testing;
