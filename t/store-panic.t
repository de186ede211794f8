#!/usr/bin/perl

# A write of LMDB's meta page fails: the environment is closed and opened
# anew below views that are in use, and a worker believes nothing of what it
# remembers from before.

use strict;
use warnings;

use Errno qw(EIO ENOSPC);
use JSON::PP;

use Login::Disk;
use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $bob) = qw(ann@example.com bob@example.com);
my $disk = Login::Disk->new;

my $t = Login::Test->new(
    $disk->options,
    accounts => { map { $_ => $password } $ann, $bob },
    workers  => 1,
    log      => 'info',
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


sub sign_in {
    my ($person) = @_;

    my $browser = $t->browser;

    return $browser->sign_in($person, $password)->status, $browser;
}


# The number of the store's last transaction, for everybody.

sub state {
    return JSON::PP->new->decode($t->cli_ok('--json', 'stat'))->{transaction};
}


# Who is let in with the cookies of whom.

sub gate {
    my ($browser) = @_;

    my $response = $browser->get('/');

    return $response->status == 200 ? $response->body : $response->status;
}


# --- it goes on, whatever becomes of the write

my ($status, $other) = sign_in($bob);

is $status, 303, 'signed in';

for my $fate (qw(lost seen)) {
    for my $error (EIO, ENOSPC) {
        my $mark = $t->log_mark;

        $disk->fail(meta => $error, fate => $fate);

        is +(sign_in($bob))[0], 503, "$fate, error $error: not signed in";

        cmp_ok $disk->heal, '>', 0, 'since the disk failed';
        is gate($other), "canary $bob", 'who is signed in stays so';
        is +(sign_in($bob))[0], 303, 'and others sign in again';
        ok wait_for(sub {
            return $t->log_since($mark) =~ /\[crit\].* was opened anew/;
        }), 'the log says what happened';
    }
}


# --- a number that comes again

# The commit N gets into the page cache and is not acknowledged.  As nobody
# else has the store open, N is what all see when it is opened anew.

($status, my $browser) = sign_in($ann);

is $status, 303, 'another is signed in';

my $before = state();

$disk->fail(meta => EIO, fate => 'seen');
is +(sign_in($bob))[0], 503, 'a commit that is seen, but not on disk';
$disk->heal;

is gate($browser), "canary $ann", 'the worker has read her session';
is state(), $before + 1, 'as of that commit';

# Then the kernel drops the page that it could not write, and the store is
# opened anew again: N is yet to come.

$disk->fail(meta => EIO, fate => 'gone');
is +(sign_in($bob))[0], 503, 'another fault';
$disk->heal;

is gate($other), "canary $bob", 'the worker goes on';
is state(), $before, 'with what is on disk';

# What is N now took her session away.

$t->cli_ok('session', 'revoke', $ann);

is state(), $before + 1, 'the same number';
is gate($browser), 302, 'what the worker remembers of it does not count';
is gate($other), "canary $bob", 'and others are let in';

done_testing;
