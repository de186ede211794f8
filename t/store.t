#!/usr/bin/perl

# The store below a running nginx: who has it open, whose it is, and what a
# slow writer does to the others.

use strict;
use warnings;

use Fcntl qw(:mode);
use IO::Select;
use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my @people = map { "user$_\@example.com" } 1 .. 8;

my $server = <<'END';
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


# Every file of the store, with what "nginx -t" must not change.

sub listing {
    my ($dir) = @_;

    return join "\n", map {
        my @st = stat;
        sprintf '%s %o %d %d %d %d', $_, @st[2, 4, 5, 7, 9];
    } $dir, sort glob "$dir/* $dir/.[!.]*";
}


# What a process has open or mapped of the store.

sub open_files {
    my ($t, $pid) = @_;

    my $store = $t->store;
    my %files = map { $_ => 1 } $t->read_file("/proc/$pid/maps")
        =~ m{(\Q$store\E/\S+)}g;

    for my $fd (glob "/proc/$pid/fd/*") {
        my $file = readlink $fd // next;
        $files{$file} = 1 if $file =~ m{^\Q$store\E};
    }

    return sort map { s{.*/}{}r } keys %files;
}


sub sign_in {
    my ($t, $person, %opt) = @_;

    my $browser = $t->browser;
    my $answer = $browser->sign_in($person, $password, undef, %opt);

    return $answer->status == 303 ? $browser->cookie('login')
        : $answer->status;
}


# --- whose it is

for my $mask (0000, 0077, 0777) {
    my $old = umask $mask;
    my $t = Login::Test->new(init => 0);

    chmod 0755, $t->dir;
    $t->init;
    umask $old;

    my $owner = getpwnam Login::Test::workers_user();
    my @st = stat $t->store;
    my $shown = sprintf '%04o', $mask;

    is $st[4], $owner, "umask $shown: the directory is the workers'";
    is $st[2] & 07777, 0700, "umask $shown: and theirs alone";

    for my $file (glob $t->store . '/*') {
        my ($name) = $file =~ m{([^/]+)$};

        @st = stat $file;

        is $st[4], $owner, "umask $shown: so is $name";
        is $st[2] & 07777, 0600, "umask $shown: and nobody reads it";
    }

    @st = stat $t->key;
    is $st[2] & 07777, 0600, "umask $shown: nor the key";
    is $st[4], $>, "umask $shown: which is not the workers'";
}

{
    # nothing there: nginx says what to run, and makes nothing

    my $t = Login::Test->new(init => 0);

    $t->write_file($t->key, '0' x 64 . "\n");
    chmod 0600, $t->key;

    $t->conf_error($server, qr/does not exist.*run "nginx-login .*init"/,
                   'no store: nginx -t refuses', nowhere => 1);
    ok !-e $t->store, 'and makes none';
}

my $t = Login::Test->new(
    accounts => { map { $_ => $password } @people },
    http     => 'login_hash memory=1m passes=1 threads=4;',
);

{
    my $before = listing($t->store);

    $t->conf_ok($server, 'a store');
    is listing($t->store), $before, 'nginx -t leaves it as it is';

    unlink map { $t->store . "/$_" } qw(lock.mdb open.lock);
    $before = listing($t->store);

    $t->conf_ok($server, 'a store that was never open');
    is listing($t->store), $before, 'nginx -t makes no file';
}

{
    my $text = $t->conf($server);

    SKIP: {
        skip 'not root', 1 unless $> == 0;

        (my $other = $text) =~ s/^user \S+;/user nobody nogroup;/m;

        $t->conf_error($other, qr/store "\S+" .*"nobody".*, run "/,
                       'of another user', whole => 1, nowhere => 1);
    }

    for my $mode (0755, 0770, 0702, 0777) {
        chmod $mode, $t->store;

        $t->conf_error($server,
            qr/store "\S+" has mode \d+ instead of 0700, run "chmod 700 /,
            sprintf('mode %04o of the directory', $mode), nowhere => 1);
    }

    chmod 0700, $t->store;

    for my $mode (0644, 0660, 0602) {
        chmod $mode, $t->store . '/data.mdb';

        $t->conf_error($server, qr/data\.mdb.*, run "chmod /,
            sprintf('mode %04o of the data', $mode), nowhere => 1);
    }

    chmod 0600, $t->store . '/data.mdb';
    $t->conf_ok($server, 'all right again');

    my $version = $t->read_file($t->store . '/version');

    for my $other ("99\n", "\n", '', "1x\n", "-1\n", '1' x 100) {
        $t->write_file($t->store . '/version', $other);

        my $shown = $other =~ s/\n/\\n/gr;

        $t->conf_error($server,
                       qr/"login_store" .*version|"login_store" store "\S+" /,
                       "format \"$shown\"", nowhere => 1);
    }

    $t->write_file($t->store . '/version', $version);

    rename $t->store . '/data.mdb', $t->dir . '/data.mdb';
    $t->conf_error($server, qr/data\.mdb/, 'without its data', nowhere => 1);
    ok !-e $t->store . '/data.mdb', 'which nginx -t does not make';
    rename $t->dir . '/data.mdb', $t->store . '/data.mdb';
}


# --- who has it open

$t->run($server);

sub opened_by_workers_only {
    my ($when) = @_;

    is join(' ', open_files($t, $t->pid)), '', "$when: not the master";

    for my $worker ($t->workers) {
        is join(' ', grep { /mdb$/ } open_files($t, $worker)),
            'data.mdb lock.mdb', "$when: each worker";
    }
}

opened_by_workers_only('started');
like sign_in($t, $people[0]), qr/^[\w-]{100,}$/, 'signed in';
opened_by_workers_only('used');
ok $t->reload, 'reloaded';
opened_by_workers_only('reloaded');

{
    # a worker that dies takes nothing along

    my ($victim) = $t->workers;

    $t->{allow_alert} = qr/worker process $victim exited on signal 9/;
    $t->signal('KILL', $victim);

    ok wait_for(sub {
        my @now = $t->workers;
        return @now == 2 && !grep { $_ == $victim } @now;
    }), 'another worker in place of one that died';

    like sign_in($t, $people[0]), qr/^[\w-]{100,}$/, 'signed in';
    opened_by_workers_only('replaced');
}

for my $file ($t->store, glob $t->store . '/*') {
    my @st = stat $file;

    is $st[4], scalar getpwnam(Login::Test::workers_user()),
        "in use: $file is the workers'";
    is $st[2] & 0077, 0, "in use: $file is theirs alone";
}


# --- readers on the loop and in threads at once

sub form {
    my ($person) = @_;

    my $browser = $t->browser;
    my $body = Login::Browser::encode({
        csrf     => $browser->get('/login/')->csrf,
        username => $person,
        password => $password,
    });

    return "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
        . 'Cookie: login_browser=' . $browser->cookie('login_browser')
        . "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}

{
    my $mark = $t->log_mark;
    my $cookie = sign_in($t, $people[0]);
    my (%gate, %answers);

    for my $round (1 .. 10) {
        my @pending = map { [ $t->connection, form($_) ] } @people;

        $_->[0]->send($_->[1]) for @pending;

        my $connections = $t->worker_connections('/worker');

        for my $connection (values %$connections) {
            for (1 .. 10) {
                $connection->send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                                  . "Cookie: login=$cookie\r\n\r\n");
                $gate{ $connection->response->body }++;
            }
        }

        $answers{ $_->[0]->response->status }++ for @pending;
    }

    is_deeply \%answers, { 303 => 80 }, 'every sign-in succeeds';
    is_deeply \%gate, { "canary $people[0]" => 200 }, 'the gate as well';
    unlike $t->log_since($mark), qr/\[(?:crit|error|alert)\] .*login/,
        'nothing went wrong';
}


# --- somebody holds the writer's lock

sub pending {
    my @connections = @_;

    my $select = IO::Select->new(map { $_->socket } @connections);

    my @ready = $select->can_read(0);

    return @connections - @ready;
}


sub sessions {
    my ($person) = @_;

    return scalar @{ JSON::PP->new->decode(
        $t->cli_ok('--json', 'session', 'list', $person)) };
}


sub reads_go_on {
    my ($cookie, $when) = @_;

    my $connections = $t->worker_connections('/worker');

    for my $pid (sort keys %$connections) {
        my $connection = $connections->{$pid};
        my @bodies;

        for my $path ('/', '/login/', '/login/session', '/login/apps') {
            for my $with ("login=$cookie", 'login=x') {
                $connection->send("GET $path HTTP/1.1\r\nHost: localhost\r\n"
                                  . "Cookie: $with\r\n\r\n");
                push @bodies, $connection->response->status;
            }
        }

        is "@bodies", '200 401 303 200 200 401 200 303',
            "$when: gate and portal answer";
    }
}

{
    my $cookie = sign_in($t, $people[1]);
    my $person = $people[2];
    my ($waits, $later) = (form($person), form($person));
    my $before = sessions($person);

    # it comes free in time

    $t->hold_store;

    my $connection = $t->connection;

    $connection->send($waits);
    reads_go_on($cookie, 'lock held');
    is pending($connection), 1, 'and the sign-in waits';

    $t->release_store;

    my $answer = $connection->response;

    is $answer->status, 303, 'it succeeds when the lock is free';
    is sessions($person), $before + 1, 'there is a session';

    # it doesn't

    $t->hold_store;
    $connection = $t->connection;
    $connection->send($later);
    reads_go_on($cookie, 'lock held for long');

    $answer = $connection->response;

    is $answer->status, 503, 'the sign-in is given up';
    is $answer->page, 'error', 'with a page';
    ok $answer->header('Retry-After'), 'that says when to come back';
    is scalar(grep { $_->{name} eq 'login' } $answer->cookies), 0,
        'and no session';

    reads_go_on($cookie, 'lock still held');

    # signing out: not pretended

    my $browser = $t->browser;

    $browser->cookie('login', $cookie);

    my $out = $browser->sign_out;

    is $out->status, 503, 'neither can anybody sign out';
    is scalar(grep { $_->{name} eq 'login' } $out->cookies), 0,
        'which is not pretended';
    is $browser->get('/')->status, 200, 'the session is still there';

    $t->release_store;

    is $browser->sign_out->status, 303, 'later they can';
    is $browser->get('/', headers => { Cookie => "login=$cookie" })->status,
        302, 'and have';
    like sign_in($t, $person), qr/^[\w-]{100,}$/, 'later people sign in';
    is sessions($person), $before + 2,
        'what was given up was not done afterwards';
}

{
    # who holds the lock dies

    my $connection = $t->connection;
    my $cookie = sign_in($t, $people[4]);
    my $form = form($people[3]);

    $t->hold_store;
    $connection->send($form);
    reads_go_on($cookie, 'before it dies');
    is pending($connection), 1, 'a sign-in waits';

    kill 'KILL', $t->{holder}{pid};

    is $connection->response->status, 303, 'and goes on when it is dead';
    $t->release_store;
    like sign_in($t, $people[3]), qr/^[\w-]{100,}$/, 'as do others';
}

like sign_in($t, $_), qr{^[\w-]{100,}$}, "in the end: $_" for @people;

done_testing;
