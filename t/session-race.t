#!/usr/bin/perl

# A session slides in one worker while it is ended in another: the cookie
# that is on its way then must be as dead as the one before.

use strict;
use warnings;

use JSON::PP;
use POSIX ();

use Login::Test;


my $ROUNDS = 1000;
my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';

# idle time, and the twentieth of it that passes with each round
my $idle = 200_000;
my $step = $idle / 20;

my $clock = 1_900_000_000;

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 2,
    clock    => $clock,
    http     => "login_hash memory=1m passes=1; login_session idle=$idle;",
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name localhost;
    login on;
    keepalive_requests 1000000;

    location /login/ { login_portal; }
    location = /worker { login off; return 200 $pid; }
    location / { return 200 "canary $login_user"; }
}
END

my $connections = $t->worker_connections('/worker');
my ($first, $second) = map { $connections->{$_} } sort keys %$connections;


sub get {
    my ($connection, $cookie) = @_;

    $connection->send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                      . "Cookie: login=$cookie\r\n\r\n");
}


sub post_logout {
    my ($connection, $browser, $csrf) = @_;

    my $body = Login::Browser::encode({ csrf => $csrf });
    my $cookies = join '; ', map { "$_=" . $browser->cookie($_) }
        qw(login login_browser);

    $connection->send("POST /login/logout HTTP/1.1\r\nHost: localhost\r\n"
        . "Cookie: $cookies\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body");
}


# How many of the cookies any worker takes.

sub alive {
    my @cookies = @_;

    my $alive = 0;

    for my $connection ($first, $second) {
        for my $cookie (@cookies) {
            get($connection, $cookie);
            $alive++ if $connection->response->body =~ /canary/;
        }
    }

    return $alive;
}


sub listed {
    my $list = JSON::PP->new->decode(
        $t->cli_ok('--json', 'session', 'list', $ann));

    return scalar @$list;
}


# A session whose cookie is to be issued anew, and a form to end it.

sub begin {
    my $browser = $t->browser;

    $browser->sign_in($ann, $password);

    my $csrf = $browser->get('/login/logout')->csrf;

    $clock += $step;
    $t->set_clock($clock);

    return ($browser, $csrf);
}


# --- as it comes

my ($slid, $survived, $refused, $left) = (0, 0, 0, 0);

for my $round (1 .. $ROUNDS) {
    my ($browser, $csrf) = begin();
    my $cookie = $browser->cookie('login');
    my $many = 1 + $round % 4;

    if ($round % 2) {
        get($first, $cookie) for 1 .. $many;
        post_logout($second, $browser, $csrf);

    } else {
        post_logout($second, $browser, $csrf);
        get($first, $cookie) for 1 .. $many;
    }

    my @cookies = $cookie;

    for (1 .. $many) {
        my $next = $first->response->cookie('login') or next;
        push @cookies, $next->{value};
        $slid++;
    }

    $refused++ unless $second->response->status == 303;
    $survived += alive(@cookies);
    $left += listed() if $round % 10 == 0;
}

is $refused, 0, 'each session was ended';
cmp_ok $slid, '>', $ROUNDS / 4, 'sessions slid meanwhile';
is $survived, 0, 'no cookie of an ended session is taken';
is $left, 0, 'no session came back into the store';


# --- both wait for the store, in either order, and for each way to end it

for my $way (qw(logout revoke disable remove)) {
    for my $late (0, 1) {
        my $what = "$way, " . ($late ? 'first' : 'last') . ' in the queue';
        my ($browser, $csrf) = begin();
        my $cookie = $browser->cookie('login');
        my $pid;

        # the command line waits for the lock as well: in the background

        my $end = sub {
            return post_logout($second, $browser, $csrf) if $way eq 'logout';

            my @command = $way eq 'revoke' ? qw(session revoke)
                : ('user', $way);

            $pid = fork // die "fork: $!\n";
            return if $pid;

            my ($status) = $t->cli(@command, $ann);
            POSIX::_exit($status);
        };

        $t->hold_store;
        $end->() if $late;
        get($first, $cookie);

        my $answer = $first->response;

        is $answer->status, 200, "$what: let in while it is written";

        my $next = $answer->cookie('login');

        ok $next, "$what: with a new cookie";
        $end->() unless $late;
        $t->release_store;

        if ($pid) {
            waitpid $pid, 0;
            is $?, 0, "$what: done";

        } else {
            is $second->response->status, 303, "$what: done";
        }

        is alive($cookie, $next ? $next->{value} : ()), 0,
            "$what: no cookie is taken";

        $t->cli_ok('user', 'enable', $ann) if $way eq 'disable';
        $t->add_user($ann, $password) if $way eq 'remove';

        is alive($cookie, $next ? $next->{value} : ()), 0,
            "$what: nor afterwards";
        is listed(), 0, "$what: none is listed";
    }
}

done_testing;
