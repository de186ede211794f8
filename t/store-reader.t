#!/usr/bin/perl

# Processes that read the store for long, or died while they did: L06, L07 of
# the cases.  Nobody is refused because of them, and the log tells of them
# before the map is full of what they keep.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my ($ann, $bob) = map { "$_\@example.com" } qw(ann bob);
my $password = 'correct horse battery staple';
my $map = 8 * 2 ** 20;

my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    no_store => 1,
    log      => 'info',
    http     => "login_store %%STORE%% map_size=$map; login_key %%KEY%%;"
                . ' login_hash memory=1m passes=1;',
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $browser = $t->browser;

is $browser->sign_in($ann, $password)->status, 303, 'signed in';


sub serves {
    my ($name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $browser->get('/')->body, "canary $ann", "the gate $name";
    is $t->browser->sign_in($ann, $password)->status, 303, "sign-ins $name";
}


# Places in the table of readers that a process has.  The command line would
# clear away those of the dead when it opens the store.

sub places {
    my ($pid) = @_;

    return scalar grep { $_ == $pid }
        unpack 'L*', $t->read_file('store/lock.mdb');
}


sub stat_of { JSON::PP->new->decode($t->cli_ok('--json', 'stat'))->{$_[0]} }


# Ends the process that hold_readers() began, without a chance to tidy up.

sub kill_reader {
    my ($pid) = @_;

    kill 'KILL', $pid;
    waitpid $pid, 0;
    $t->release_store;
}


# --- L06: readers that died

{
    my $pid = $t->hold_readers(200);

    is places($pid), 200, '200 readers';
    kill_reader($pid);
    serves('works meanwhile');
    ok wait_for(sub { places($pid) == 0 }), 'which nginx clears away';
}

# who has every place there is

{
    my ($pid, $n) = $t->hold_readers(1_000_000);

    cmp_ok $n, '<', 1_000_000, 'there is no place for more readers';
    serves('works without more places');

    my ($status, undef, $err) = $t->cli('user', 'list');

    is $status, 3, 'the command line finds none';
    like $err, qr/MDB_READERS_FULL/, 'and says so';

    kill_reader($pid);

    # new workers need new ones, before anything was cleared away

    ok $t->reload, 'a reload';
    serves('works with new workers');
    ok wait_for(sub { places($pid) == 0 }), 'all of the places are free';
}


# --- L07: a worker that stands still keeps nothing

sub grown {
    my ($size) = @_;

    return stat_of('file_size') - $size;
}

# How many of them were let in.

sub sign_in_often {
    my ($n) = @_;

    my $done = 0;

    for (1 .. $n) {
        $done++ if $t->browser->sign_in($bob, $password)->status == 303;
    }

    return $done;
}

{
    my ($stopped) = $t->workers;
    my $size = stat_of('file_size');

    kill 'STOP', $stopped;

    $t->cli_ok('user', 'set', $ann, '--name', "Ann $_") for 1 .. 100;

    cmp_ok grown($size), '<', $map / 8, 'the store hardly grows';
    unlike $t->error_log, qr/changes old/, 'which is no alarm';

    kill 'CONT', $stopped;
}


# --- L07: somebody who reads one state for long

{
    my $pid = $t->hold_readers(1);
    my ($size, $changes) = map { stat_of($_) } qw(file_size transaction);
    my $mark = $t->log_mark;

    while (stat_of('file_size') <= $map / 2) {
        last if sign_in_often(5) != 5;
    }

    cmp_ok grown($size), '>', $map / 4, 'the store grows';
    cmp_ok stat_of('file_size'), '<', $map * 0.8, 'and is not full yet';
    cmp_ok stat_of('transaction') - $changes, '<', 10_000, 'not many changes';

    ok $t->wait_log(qr/changes old/, $mark), 'there is an alarm';
    like $t->log_since($mark), qr/\[warn\]\ .*\ login:\ process\ $pid\ reads
        \ a\ state\ of\ store\ "\S+"\ that\ is\ \d+\ changes\ old,
        \ the\ store\ grows\ meanwhile/x, 'with whom to look for';
    serves('works meanwhile');

    kill_reader($pid);
    ok wait_for(sub { places($pid) == 0 }), 'it has ended';

    # what it kept is used again

    $size = stat_of('file_size');

    is sign_in_often(100), 100, '100 sign-ins behind it';
    is grown($size), 0, 'the store grows no more';
    is scalar(() = $t->error_log =~ /changes old/g), 1, 'and one alarm it was';
}

done_testing;
