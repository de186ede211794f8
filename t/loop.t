#!/usr/bin/perl

# A worker's event loop is never blocked: it answers while passwords are
# hashed and the store is written, and what waits for that survives reloads,
# a graceful quit, and clients that go away.

use strict;
use warnings;

use IO::Select;
use Socket qw(SOL_SOCKET SO_LINGER);

use Login::Streams;
use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $bob = 'bob@example.com';

my $cheap = 'login_hash memory=1m passes=1;';
my $dear = 'login_hash memory=512m passes=4 max_queue=2;'
    . ' login_log %%DIR%%/events.log;';
my $endless = 'login_hash memory=512m passes=64;';
my $middle = 'login_hash memory=256m passes=3;';

my $server = <<'END';
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

my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    workers  => 1,
);

$t->run($server, http => $cheap);

my $browser = $t->browser;

$browser->sign_in($bob, $password);

my $cookie = $browser->cookie('login') // die "not signed in\n";


# A form filled in: (cookies, body), and as one request.

sub form {
    my ($person, $word) = @_;

    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    return ('login_browser=' . $browser->cookie('login_browser'),
            Login::Browser::encode({
                csrf     => $page->csrf,
                username => $person,
                password => $word // $password,
            }));
}


sub form_request {
    my ($cookies, $body) = form(@_);

    return "POST /login/ HTTP/1.1\r\nHost: localhost\r\nCookie: $cookies\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}


sub send_form {
    my $request = form_request(@_);
    my $connection = $t->connection;

    $connection->send($request);

    return $connection;
}


# The processor time that the hashers of a worker have had.

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


# Those that have an answer.

sub ready {
    my @connections = @_;

    my @ready = IO::Select->new(map { $_->socket } @connections)->can_read(0);

    return grep {
        my $socket = $_->socket;
        grep { $_ == $socket } @ready;
    } @connections;
}


sub gate_answers {
    my ($times) = @_;

    my $connection = $t->connection;
    my %answers;

    for (1 .. $times) {
        $connection->send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                          . "Cookie: login=$cookie\r\n\r\n");
        $answers{ $connection->response->body }++;

        $connection->send("GET /login/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
        $answers{ $connection->response->page }++;
    }

    return \%answers;
}


# --- hashes at a price, and the store's lock held, on one worker

ok $t->reload($server, http => $dear), 'one worker with costly hashes';

{
    my ($worker) = $t->workers;

    $t->hold_store;

    my $first = send_form($ann);

    wait_hashing($worker);

    # two more have room to wait

    my @others = map { send_form($ann, "wrong $_") } 1 .. 4;

    ok wait_for(sub { ready(@others) >= 2 }), 'a queue that is full';

    my @refused = ready(@others);

    is scalar @refused, 2, 'two wait, two are refused';

    for my $connection (@refused) {
        my $answer = $connection->response;

        is $answer->status, 503, 'refused: 503';
        is $answer->page, 'error', 'refused: a page';
        ok $answer->header('Retry-After'), 'refused: when to come back';
    }

    my @busy = $t->read_file('events.log') =~ /"event":"(\w+)"/g;

    is "@busy", 'signin_busy signin_busy', 'which is told once for each';

    my @waiting = ($first, grep {
        my $other = $_;
        !grep { $_ == $other } @refused;
    } @others);

    my $ticks = hashing($worker);

    is_deeply gate_answers(100),
        { "canary $bob" => 100, signin => 100 },
        'gate and sign-in page answer';
    is scalar ready(@waiting), 0, 'while the sign-ins have no answer yet';

    wait_for(sub { hashing($worker) > $ticks });
    is_deeply gate_answers(1), { "canary $bob" => 1, signin => 1 },
        'and again';
    is scalar ready(@waiting), 0, 'and still none';

    $t->release_store;

    is $first->response->status, 303, 'the first sign-in succeeds';
    is $_->response->status, 403, 'a wrong password is refused'
        for @waiting[1 .. $#waiting];
}


# --- a process that is told to end at once does so

ok $t->reload($server, http => $endless), 'hashes that take longer than that';

{
    my ($worker) = $t->workers;
    my $waits = send_form($ann, 'wrong');

    wait_hashing($worker);

    is $t->stop('TERM'), 0, 'ended during a hash';
    ok !defined $waits->response, 'without an answer';
}

$t->run($server, http => $middle);

{
    # the first one makes a hash of today's cost, so that later ones are alike

    is $t->browser->sign_in($ann, $password)->status, 303, 'signed in';

    my $request = form_request($ann);
    my $waits = $t->connection;
    my ($worker) = $t->workers;

    $t->hold_store;
    $waits->send($request);
    wait_hashing($worker);

    $t->signal('QUIT');

    is $waits->response->status, 503,
        'told to quit while the store is locked: the sign-in is given up';
    $waits->close;
    is $t->stop, 0, 'and nginx ends, whoever has the lock';

    $t->release_store;
}

$t->run($server, http => $middle);


# --- reload and quit during a hash

{
    my ($worker) = $t->workers;
    my @waiting = map { send_form($ann) } 1 .. 3;

    wait_hashing($worker);

    ok $t->reload(undef, old => 1), 'reloaded during a hash';
    is scalar(grep { $_ != $worker } $t->workers), 1, 'a new worker';
    is scalar(grep { $_ == $worker } $t->workers(all => 1)), 1,
        'the old one is still there';
    is scalar ready(@waiting), 0, 'no answer yet';
    is_deeply gate_answers(10), { "canary $bob" => 10, signin => 10 },
        'the new worker answers';

    my $kept;

    for my $connection (@waiting) {
        my $answer = $connection->response;

        is $answer->status, 303, 'the sign-in gets its answer';
        $kept = $answer->cookie('login')->{value};
        $connection->close;
    }

    ok wait_for(sub { !grep { $_ == $worker } $t->workers(all => 1) }),
        'the old worker ends';
    is $t->browser->get('/', headers => { Cookie => "login=$kept" })->body,
        "canary $ann", 'the session counts in the new one';
}

{
    # the same while it waits for the store

    my ($worker) = $t->workers;

    my $request = form_request($ann);
    my $connection = $t->connection;

    $t->hold_store;
    $connection->send($request);
    wait_hashing($worker);

    ok $t->reload(undef, old => 1), 'reloaded while the store is locked';
    is scalar ready($connection), 0, 'no answer yet';

    $t->release_store;
    is $connection->response->status, 303, 'the sign-in gets its answer';
    $connection->close;
    ok wait_for(sub { !grep { $_ == $worker } $t->workers(all => 1) }),
        'the old worker ends';
}

{
    my ($worker) = $t->workers;
    my @waiting = map { send_form($_, $password) } $ann, $ann, $ann;

    wait_hashing($worker);

    $t->signal('QUIT');
    is scalar ready(@waiting), 0, 'no answer yet';

    is $_->response->status, 303, 'told to quit: the sign-in gets its answer'
        for @waiting;
    $_->close for @waiting;

    is $t->stop, 0, 'and nginx ends';
    ok $t->error_log !~ /open socket #\d+ left/, 'with nothing left open';
}


# --- clients that go away

$t->run($server, http => 'login_hash memory=8m passes=2;');

{
    my ($worker) = $t->workers;
    my $request = form_request($ann);

    # closed, or reset; at once, or when the hash has begun

    for my $i (1 .. 100) {
        my $connection = $t->connection;

        $connection->socket->setsockopt(SOL_SOCKET, SO_LINGER,
                                        pack('ii', 1, 0)) if $i % 2;
        $connection->send($i % 5 ? $request : substr $request, 0, -$i);

        if ($i % 10 == 0) {
            gate_answers(1);
        }

        $connection->close;
    }

    is_deeply gate_answers(10), { "canary $bob" => 10, signin => 10 },
        '100 clients went away, the gate answers';
    is $t->browser->sign_in($ann, $password)->status, 303,
        'and people sign in';
    is join(' ', $t->workers), $worker, 'it is the same worker';
}


# streams that are given up

sub http2 { Login::Streams->new($t->connection('h2')) }


{
    my ($worker) = $t->workers;
    my ($cookies, $body) = form($ann);

    my $connection = http2();

    for my $i (1 .. 100) {
        my $stream = 2 * $i - 1;

        $connection->post($stream, $cookies, $body);
        $connection->ping if $i % 2;
        $connection->reset($stream);
    }

    ok $connection->ping,
        '100 streams were given up, the connection lives';

    # the whole connection, with several under way

    for my $i (1 .. 10) {
        my $other = http2();

        $other->post(2 * $_ - 1, $cookies, $body) for 1 .. 5;
        $other->ping if $i % 2;
        $other->connection->socket->setsockopt(SOL_SOCKET, SO_LINGER,
                                               pack('ii', 1, 0)) if $i % 3;
        $other->connection->close;
    }

    # one that is not given up

    $connection->post(999, $cookies, $body);
    ok $connection->answered(999),
        'a stream that is left alone gets its answer';
    is $t->browser->sign_in($ann, $password)->status, 303,
        'and people sign in';
    is join(' ', $t->workers), $worker, 'it is the same worker';
}

{
    # what waits for the store when the client goes

    my @requests = map { form_request($ann) } 1 .. 5;

    $t->hold_store;

    my @waiting = map {
        my $connection = $t->connection;
        $connection->send($_);
        $connection;
    } @requests;

    gate_answers(5);
    $_->close for @waiting;
    gate_answers(5);

    $t->release_store;

    is $t->browser->sign_in($ann, $password)->status, 303,
        'clients that did not wait for the store, and one that does';
}

done_testing;
