#!/usr/bin/perl

# Providers that are slow, hang, or are not there: they delay and refuse
# nobody but those who sign in through them.  Cases G06, G07, N02.

use strict;
use warnings;

use JSON::PP;
use Login::Rogue;
use Login::Test;

my $missing = Login::Rogue::missing();

plan(skip_all => $missing) if $missing;

use Test::More;


# Of each worker and provider.

my ($threads, $queue) = (4, 64);

my $good = 'correct horse battery staple';
my $slow = Login::Rogue->new(hang => ['discovery']);
my $well = Login::Rogue->new;
my ($port) = $well->issuer =~ /:(\d+)$/;

my $t = Login::Test->new(workers => 1, limit => '',
                         accounts => { 'ann@acme.example' => $good });

my $dead = $t->port('dead');

$t->write_file('secret', "a secret that both know\n");
chmod 0600, $t->dir . '/secret';

sub provider {
    my ($name, $issuer) = @_;

    return <<"END";
login_provider $name "Provider $name" {
    oidc $issuer;
    client_id nginx;
    client_secret_file secret;
    provision on;
}
END
}

my $conf = provider('slow', $slow->issuer) . provider('well', $well->issuer)
    . provider('dead', "http://127.0.0.1:$dead")
    . provider('tls', "https://localhost:$port")
    . provider('name', 'https://no-such-host.invalid')
    . <<'END';
login_log %%DIR%%/events.log;
login_hash memory=1m passes=1;

login_org default "All" {
    provider slow well dead tls name;
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "$login_user $login_methods\n"; }
}
END

$t->run($conf, main => 'worker_shutdown_timeout 20s;');


# Begins a request that is not to be answered at once.

sub ask {
    my ($path) = @_;

    my $c = $t->connection;

    $c->send("GET $path HTTP/1.1\r\nHost: localhost\r\n"
             . "Connection: close\r\n\r\n");

    return $c;
}

sub arrive {
    my ($browser, $name) = @_;

    my $r = $browser->get("/login/sso/$name?return_to=/x");

    return $r if $r->status != 303;

    return $browser->get($browser->get($r->location)->location);
}

sub counted {
    my ($kind) = @_;

    return scalar(() = $t->read_file('events.log') =~ /"event":"$kind"/g);
}


# --- not there

for my $name (qw(dead tls name)) {
    my $r = $t->browser->get("/login/sso/$name?return_to=/x");

    is($r->status, 503, "$name: not there");
    is($r->page, 'error', "$name: which page");
    like($r->body, qr/Code L52\b/, "$name: code");
    ok($r->header('Retry-After'), "$name: when to come again");
    ok(!grep({ /^login_sso/ } $r->header('Set-Cookie')),
       "$name: nobody has left");
}

is(counted('sso_down'), 3, 'events');
like($t->read_file('events.log'), qr/"detail":"tls: metadata [^"]+"/, 'why');


# --- one that hangs, and more who want to sign in there than may

my @waiting = map { ask("/login/sso/slow?return_to=/$_") }
    1 .. $threads + $queue;

Login::Test::wait_for(sub { $slow->seen->{discovery} == 1 });

# all of them have been read when what came after them is answered

is($t->browser->get('/login/')->status, 200, 'the sign-in page');

my $r = $t->browser->get('/login/sso/slow');

is($r->status, 503, 'one too many');
like($r->body, qr/Code L20\b/, 'is told so');
ok($r->header('Retry-After'), 'and when to come again');
is(counted('sso_busy'), 1, 'event');

my $ann = $t->browser;

is($ann->sign_in('ann@acme.example', $good, '/x')->status, 303,
   'a password is as good as ever');
is($ann->get('/x')->body, "ann\@acme.example pwd\n", 'the gate as well');

my $bob = $t->browser;

is(arrive($bob, 'well')->status, 303, 'and so are other providers');
is($bob->get('/x')->body, "alice\@acme.example sso:well\n", 'to the end');

is($slow->seen->{discovery}, 1, 'it is asked once, whoever waits');

$slow->set;
$slow->resume;

is(scalar(grep { $_->response->status == 303 } @waiting), @waiting,
   'when it answers, all go there');


# --- the other ways to be slow

for my $way (qw(drip hang)) {
    for my $place (qw(token userinfo)) {
        my $browser = $t->browser;

        $slow->set(sub => 'sam', $way => [$place]);

        my $url = $browser->get('/login/sso/slow?return_to=/x')->location;
        my $back = $browser->get($url)->location;
        my $cookies = $browser->cookie_header($browser->resolve($back));
        my $seen = $slow->seen->{$place};
        my $c = $t->connection;

        $c->send('GET ' . $back =~ s{^http://[^/]+}{}r . " HTTP/1.1\r\n"
                 . "Host: localhost\r\nCookie: $cookies\r\n"
                 . "Connection: close\r\n\r\n");

        Login::Test::wait_for(sub { $slow->seen->{$place} > $seen });

        is(arrive($t->browser, 'well')->status, 303,
           "$place, $way: another provider");

        my $answer = $c->response;

        is($answer->status, 503, "$place, $way: given up");
        like($answer->body, qr/Code L52\b/, "$place, $way: code");

        $slow->set(sub => 'sam');
        $slow->resume;

        # the code is good once, and was used, where the token came

        next if $place eq 'token';

        is($browser->get($back)->status, 303,
           "$place, $way: the same once more");
    }
}


# --- clients that go away, and a reload meanwhile

$slow->set(sub => 'sam', hang => ['token']);

{
    my $seen = $slow->seen->{token};

    my @gone = map {
        my $browser = $t->browser;
        my $back = $browser->get($browser->get('/login/sso/slow')->location)
            ->location;
        my $c = $t->connection;

        $c->send('GET ' . $back =~ s{^http://[^/]+}{}r . " HTTP/1.1\r\n"
                 . "Host: localhost\r\nCookie: "
                 . $browser->cookie_header($browser->resolve($back))
                 . "\r\nConnection: close\r\n\r\n");
        $c;
    } 1 .. 3;

    Login::Test::wait_for(sub { $slow->seen->{token} == $seen + 3 });

    (shift @gone)->close;
    (shift @gone)->socket->shutdown(1);

    $t->reload(undef, old => 1);

    $slow->set(sub => 'sam');
    $slow->resume;

    is($gone[0]->response->status, 303, 'who stays is let in');
}

is(arrive($t->browser, 'slow')->status, 303, 'and so are those who come');


# --- a store that does not take the session

my $carol = $t->browser;
my $back = $carol->get($carol->get('/login/sso/well')->location)->location;

$t->hold_store;
$r = $carol->get($back);
is($r->status, 503, 'the store is held');
like($r->body, qr/Code L21\b/, 'code');
ok(!defined $r->cookie('login'), 'no session');
is(counted('sso_fault'), 1, 'event');
$t->release_store;

$r = $carol->get($back);
is($r->status, 303, 'the same once more, when it is free');


# --- at the end

$t->reload($conf, main => 'worker_shutdown_timeout 1s;');
$slow->set(hang => ['token']);

my $dave = $t->browser;
my $seen = $slow->seen->{token};

$back = $dave->get($dave->get('/login/sso/slow')->location)->location;

my $c = $t->connection;

$c->send('GET ' . $back =~ s{^http://[^/]+}{}r . " HTTP/1.1\r\n"
         . "Host: localhost\r\nCookie: "
         . $dave->cookie_header($dave->resolve($back)) . "\r\n\r\n");

Login::Test::wait_for(sub { $slow->seen->{token} > $seen });

$t->signal('QUIT');

is($c->response->status, 503, 'who waits for it is told, when a worker ends');
ok(Login::Test::wait_for(sub { defined $t->ended }), 'and it does');

$slow->resume;

$t->done_testing;
