#!/usr/bin/perl

# Limits on failed sign-ins: guesses at once, over several workers, and what
# becomes of those that end otherwise than with an answer.  Case C07.

use strict;
use warnings;

use Socket qw(SOL_SOCKET SO_LINGER);

use Login::Streams;
use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $bob = 'bob@example.com';

my $cheap = 'login_hash memory=1m passes=1;';
my $dear = 'login_hash memory=19m passes=20;';

my $server = <<'END';
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;

server {
    listen 127.0.0.1:%%PORT%% reuseport;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;
    keepalive_requests 1000000;

    location /login/ { login_portal; }
    location = /worker { login off; return 200 $pid; }
    location / { return 200 "canary $login_user"; }
}
END

my $now = time;

my $t = Login::Test->new(
    accounts    => { $ann => $password, $bob => $password },
    clock       => $now,
    limit       => '',
    workers     => 4,
    allow_alert => qr/worker process \d+ exited on signal 9/,
);


# With other limits or hashes, when all locks are over.

sub again {
    my ($http, $workers) = @_;

    $t->stop if $t->pid;
    $t->set_clock($now += 1000);
    $t->{workers} = $workers;
    $t->run($server, http => $http, workers => $workers);
}


# A form filled in: (cookies, body), and as one request.

sub form {
    my ($user, $word, $browser) = @_;

    $browser //= $t->browser;

    my $page = $browser->get('/login/');

    return ('login_browser=' . $browser->cookie('login_browser'),
            Login::Browser::encode({
                csrf     => $page->csrf,
                username => $user,
                password => $word,
            }));
}


sub form_request {
    my ($user, $word, $from, $browser) = @_;

    my ($cookies, $body) = form($user, $word, $browser);

    return "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
        . "Cookie: $cookies\r\n" . ($from ? "X-Real-IP: $from\r\n" : '')
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}


sub send_request {
    my ($request) = @_;

    my $connection = $t->connection;

    $connection->send($request);

    return $connection;
}


# One after the other, as in "403 403 429".

sub try {
    my ($n, $user, $word, @more) = @_;

    return join ' ', map {
        send_request(form_request($user, $word, @more))->response->status
    } 1 .. $n;
}


# All at once; how many had which status.

sub at_once {
    my @requests = @_;

    my @connections = map { $t->connection } @requests;

    $connections[$_]->send($requests[$_]) for 0 .. $#requests;

    my %count;

    $count{ $_->response->status }++ for @connections;

    return \%count;
}


sub hashing {
    my ($worker) = @_;

    my $ticks = 0;

    for my $task (glob "/proc/$worker/task/*") {
        next unless $t->read_file("$task/comm") eq "login hash\n";

        my @stat = split ' ', $t->read_file("$task/stat") =~ s/.*\)//r;

        $ticks += $stat[11] + $stat[12];
    }

    return $ticks;
}


sub wait_hashing {
    my ($worker) = @_;

    my $before = hashing($worker);

    wait_for(sub { hashing($worker) > $before + 1 })
        or die "nothing is hashed\n";
}


sub row { join ' ', ($_[0]) x $_[1] }


# --- 200 guesses at once, over four workers

again($cheap, 4);

is_deeply at_once(map { form_request($ann, "guess $_") } 1 .. 200),
    { 403 => 6, 429 => 194 }, 'six of 200 guesses are tried';
is_deeply at_once(map { form_request("u$_\@example.com", 'guess') }
                  1 .. 200),
    { 403 => 54, 429 => 146 }, 'sixty of a network';

# the right one among them is not found by being many

again($cheap, 4);

{
    my $tried = at_once((map { form_request($bob, "guess $_") } 1 .. 100),
                        (map { form_request($bob, $password) } 1 .. 3));

    ok +($tried->{403} // 0) + ($tried->{303} // 0) >= 6, 'six were tried';
    ok +($tried->{403} // 0) <= 6 + 6 * ($tried->{303} // 0),
        'more only behind a right one';
}


# --- unlocked in every worker

again($cheap, 4);

{
    my $connections = $t->worker_connections('/worker');
    my @workers = map { $connections->{$_} } sort keys %$connections;

    my $each = sub {
        return join ' ', map {
            $_->send(form_request($ann, 'wrong'));
            $_->response->status;
        } @workers;
    };

    is try(6, $ann, 'wrong'), row(403, 6), 'six';
    is $each->(), row(429, 4), 'locked in four workers';
    $t->cli_ok('user', 'unlock', $ann);
    is $each->(), row(403, 4), 'unlocked in all of them';
    is $each->(), '403 403 429 429', 'with one counter for all';

    # unlocked, before a worker hears of it removed, and added once more

    $t->cli_ok('user', 'unlock', $ann);
    $t->cli_ok('user', 'remove', $ann);
    $t->add_user($ann, $password);
    is $each->(), row(403, 4), 'the same for an account of the same name';
    $t->cli_ok('user', 'unlock', $ann);

    # as if it had been unlocked

    is try(6, $ann, 'wrong'), row(403, 6), 'six';
    is $each->(), row(429, 4), 'locked';
    $t->cli_ok('user', 'remove', $ann);
    $t->add_user($ann, $password);
    is $each->(), row(403, 4), 'a lock goes with the account that it is of';
}


# --- reloaded, and killed

{
    is try(3, $bob, 'wrong'), row(403, 3), 'three';
    ok $t->reload, 'reloaded';
    is try(4, $bob, 'wrong'), row(403, 3) . ' 429', 'three more';

    my ($victim) = $t->workers;

    $t->signal('KILL', $victim);
    wait_for(sub {
        my @workers = $t->workers;
        return @workers == 4 && !grep { $_ == $victim } @workers;
    });

    is try(4, $bob, $password), row(429, 4), 'a worker was killed';
}

# --- a lock that was answered outlives everything

again($cheap, 1);

{
    is try(5, $ann, 'wrong'), row(403, 5), 'five';

    $t->hold_store;

    my $sixth = send_request(form_request($ann, 'wrong'));

    is try(1, $bob, $password), 503, 'while nothing can be written';
    is $sixth->response->status, 503, 'the sixth is not answered with no';
    is try(1, $ann, $password), 429, 'and locks all the same';
    $t->release_store;

    is try(6, $bob, 'wrong'), row(403, 6), 'six, and the last has an answer';
    $t->kill_master;
    ok $t->start, 'all processes were killed';
    is try(1, $bob, $password), 429, 'it is still locked';

    # names that nobody has wait no less

    is try(5, 'nobody@example.com', 'wrong'), row(403, 5), 'five of nobody';
    $t->hold_store;
    is try(1, 'nobody@example.com', 'wrong'), 503, 'the sixth is as late';
    $t->release_store;
}

again($dear, 1);

{
    my ($worker) = $t->workers;

    # one of them is being hashed, when it is killed

    my @requests = map { form_request($ann, "wrong $_") } 1 .. 4;
    my @waiting = map { send_request($_) } @requests;

    wait_hashing($worker);
    $t->signal('KILL', $worker);
    ok !defined $_->response, 'no answer' for @waiting;
    wait_for(sub { my ($new) = $t->workers; $new && $new != $worker });

    is try(3, $ann, 'wrong'), '403 403 429',
        'what a worker had begun when it was killed has failed';

    # told to end, it can say what it did not begin

    ($worker) = $t->workers;
    @requests = map { form_request($bob, "wrong $_") } 1 .. 4;
    @waiting = map { send_request($_) } @requests;

    wait_hashing($worker);
    $t->signal('TERM', $worker);
    ok !defined $_->response, 'no answer' for @waiting;
    wait_for(sub { my ($new) = $t->workers; $new && $new != $worker });

    is try(6, $bob, 'wrong'), row(403, 5) . ' 429',
        'what a worker had not begun when it ended is given back';
}


# --- clients that do not wait

again($dear, 1);

{
    my $mark = $t->log_mark;
    my @requests = map { form_request($ann, "wrong $_") } 1 .. 6;

    for my $i (0 .. 5) {
        my $connection = send_request($requests[$i]);

        $connection->socket->setsockopt(SOL_SOCKET, SO_LINGER,
                                        pack('ii', 1, 0)) if $i % 2;
        $connection->close;
    }

    is try(1, $ann, $password), 429, 'six that went away have failed';
    ok wait_for(sub {
        $t->cli_ok('user', 'list', '--locked') =~ /\Q$ann\E/;
    }), 'and the store knows';

    # streams that are given up end the request, but not the hash

    my $http2 = Login::Streams->new($t->connection('h2'));
    my @forms = map { [ form($bob, "wrong $_") ] } 1 .. 6;

    for my $i (0 .. 5) {
        $http2->post(2 * $i + 1, @{ $forms[$i] });
        $http2->ping;
        $http2->reset(2 * $i + 1);
    }

    $http2->ping;
    ok wait_for(sub {
        $t->cli_ok('user', 'list', '--locked') =~ /\Q$bob\E/;
    }), 'six that were given up have failed';
    is try(1, $bob, $password), 429, 'the right one comes too late';
}

# a worker that shall end closes connections under its hashes

$t->{main} = 'worker_shutdown_timeout 1ms;';
again($dear, 1);
delete $t->{main};

{
    my ($worker) = $t->workers;
    my @requests = map { form_request($ann, "wrong $_") } 1 .. 6;
    my @waiting = map { send_request($_) } @requests;

    wait_hashing($worker);
    ok $t->reload, 'reloaded';

    is scalar(grep { defined $_->response } @waiting), 0,
        'connections were closed under their hashes';
    like try(6, $ann, 'wrong'), qr/^(?:403 ){1,5}429/,
        'what was begun has failed all the same, the rest is given back';
    ok wait_for(sub {
        $t->cli_ok('user', 'list', '--locked') =~ /\Q$ann\E/;
    }), 'and the store knows';
}


# --- what was not tried

again("$dear login_limit attempts=20;", 1);
ok $t->reload($server, http => "login_hash memory=19m passes=20 max_queue=2;
                                login_limit attempts=20;"), 'a short queue';

{
    my @requests = map { form_request($bob, "wrong $_") } 1 .. 15;
    my $count = at_once(@requests);

    ok $count->{503} > 5, 'most find the queue full';
    is $count->{503} + $count->{403}, 15, 'the others fail';

    ok $t->reload($server, http => "$cheap login_limit attempts=20;"),
        'reloaded';
    is try(21 - $count->{403}, $bob, 'wrong'),
        row(403, 20 - $count->{403}) . ' 429', 'only they count';
}

again("$cheap login_limit attempts=2;", 1);

{
    is try(1, $bob, 'wrong'), 403, 'one';
    $t->hold_store;
    is try(3, $bob, $password), row(503, 3),
        'right ones that cannot be written';
    $t->release_store;
    is try(1, $ann, $password), 303, 'one after them can be';
    is try(2, $bob, 'wrong'), '403 429', 'count for nothing';
}


# --- memory that is full

again("$cheap login_limit zone=32k;", 2);

{
    my $known = $t->browser;

    is $known->sign_in($ann, $password)->status, 303, 'a browser is known';
    $known->sign_out;

    is try(6, $ann, 'wrong', '192.0.2.1'), row(403, 6), 'locked';
    is try(5, $bob, 'wrong', '192.0.2.2'), row(403, 5), 'not quite';

    my %status;

    for my $i (1 .. 900) {
        my $from = sprintf '10.0.%d.%d', $i / 250, $i % 250;

        $status{ try(1, "flood$i\@example.com", 'wrong', $from) }++;
    }

    is $status{403} + $status{429}, 900, '900 names from 900 addresses';
    is scalar(() = $t->error_log =~ /"login_limit" is too small/g), 1,
        'it is said once that this is too many';

    is try(1, $ann, $password, '192.0.2.3'), 429, 'what was locked, still is';
    is try(2, $bob, 'wrong', '192.0.2.3'), '403 429', 'what counted, counts';
    is try(1, $ann, $password, '192.0.2.3', $known), 303,
        'the known browser gets in';

    # no way around: names share counters now

    my $refused = 0;

    $refused += try(1, "late$_\@example.com", 'wrong', "10.1.0.$_") == 429
        for 1 .. 200;

    ok $refused > 100, 'it is stricter, not open';

    $t->set_clock($t->{clock} + 300);
    is try(1, $bob, $password, '192.0.2.3'), 303, 'and over in time';
    is join(' ', map { try(1, "late$_\@example.com", 'wrong', "10.1.0.$_") }
                 1 .. 50), row(403, 50), 'for everybody';
}

done_testing;
