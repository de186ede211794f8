#!/usr/bin/perl

# What scripts/campaign-abort runs: see there.
#
# Half of the clients end their connection, orderly or with a reset: within
# the request, at any byte, or when all of it is there, while its password is
# hashed or its session is written.  The others speak HTTP/2 and give up
# streams on connections that stay.

use strict;
use warnings;

use Socket qw(SOL_SOCKET SO_LINGER);

use Login::Campaign;
use Login::Streams;
use Login::Test;


my $ABORTS = number('aborts', 10000);
my $CLIENTS = 4;
my $PARTS = 10;
my $LEAK = 256;         # bytes of an abort; a request or attempt has more
my $WAIT = 0.01;        # longer than a hash and a commit take

seed();

my $password = 'correct horse battery staple';
my @people = map { "user$_\@example.com" } 0 .. $CLIENTS - 1;

# a short queue, so that as much memory as ever is needed early

my $t = Login::Test->new(
    accounts => { map { $_ => $password } @people },
    workers  => 1,
    log      => 'notice',
    http     => 'login_hash memory=1m passes=2 max_queue=30;'
                . ' access_log off;',
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;
    login_portal_url http://localhost:%%PORT%%/login/;
    keepalive_requests 1000000;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my ($worker) = $t->workers;


# A form filled in, rightly or not: (cookies, body).

sub form {
    my ($person) = @_;

    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    return ('login_browser=' . $browser->cookie('login_browser'),
            Login::Browser::encode({
                csrf     => $page->csrf,
                username => $person,
                password => one_of($password, 'wrong'),
            }));
}


sub abort_connection {
    my ($cookies, $body) = @_;

    my $request = "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
        . "Cookie: $cookies\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";

    my $connection = $t->connection;

    $connection->send(chance(0.5) ? $request
        : substr $request, 0, int rand length $request);
    pause($WAIT) if chance(0.7);

    $connection->socket->setsockopt(SOL_SOCKET, SO_LINGER, pack('ii', 1, 0))
        if chance(0.5);
    $connection->close;
}


# Some streams of one connection; returns how many.

sub abort_streams {
    my ($cookies, $body) = @_;

    my $http2 = Login::Streams->new($t->connection('h2'));
    my $streams = 1 + int rand 20;

    for my $i (1 .. $streams) {
        my $stream = 2 * $i - 1;

        $http2->post($stream, $cookies, $body);
        pause($WAIT) if chance(0.7);
        $http2->reset($stream) if chance(0.8);
    }

    $http2->connection->socket->setsockopt(SOL_SOCKET, SO_LINGER,
                                           pack('ii', 1, 0)) if chance(0.5);
    $http2->connection->close;

    return $streams;
}


# Somebody who stays until there is an answer, and comes back when told so.

sub stays {
    my ($person) = @_;

    my $browser = $t->browser;
    my $answer;

    for my $try (1 .. 500) {
        $answer = $browser->sign_in($person, $password);
        last unless $answer->status == 503 && $answer->header('Retry-After');
        pause(0.1);
    }

    my $gate = $browser->get('/');

    return () if $answer->status == 303 && $gate->body eq "canary $person";

    return 'sign-in: ' . $answer->status . ', gate: ' . $gate->status;
}


sub client {
    my ($i, $aborts) = @_;

    my @failed;

    for (my $n = 0; $n < $aborts; ) {
        my @form = form($people[$i]);

        for (1 .. 20) {
            last if $n >= $aborts;

            if ($i % 2) {
                $n += abort_streams(@form);
            } else {
                abort_connection(@form);
                $n++;
            }
        }

        push @failed, stays($people[$i]);
    }

    return \@failed;
}


# A worker's memory without what it has mapped of the store, in KiB.

sub memory {
    my ($kb) = $t->read_file("/proc/$worker/status") =~ /^RssAnon:\s*(\d+)/m;

    return $kb;
}


sub abort {
    my ($aborts) = @_;

    my $each = int($aborts / $CLIENTS) || 1;
    my $clients = clients_start($CLIENTS, sub { client($_[0], $each) });

    fault('failed requests', $_) for map { @$_ } clients_end($clients);

    # whatever waited before has been done

    fault('failed requests', $_) for stays($people[0]);
}


# The heap is as large as what was there at once needed, which differs from
# part to part; what leaks is in every one of them.

my @memory;

for (1 .. $PARTS) {
    abort($ABORTS / $PARTS);
    push @memory, memory();
}

print "$ABORTS aborts; the worker's own memory after each part of $PARTS,"
    . " in KiB: @memory\n";

my $half = $memory[$PARTS / 2 - 1];
my $leak = int(($memory[-1] - $half) * 1024 / ($ABORTS / 2));

fault('grown', "memory by $leak bytes for each abort of the second half")
    if $ABORTS >= 1000 && !Login::Test::sanitized() && $leak > $LEAK;
fault('workers lost', "$worker") if join(' ', $t->workers) ne $worker;

$t->stop == 0 or fault('complaint', 'nginx does not end clean');
complain($t);
verdict('failed requests', 'workers lost', 'grown');
