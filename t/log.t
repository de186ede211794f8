#!/usr/bin/perl

# Security events in login_log: each once, with who, what, when, from where
# and the result.  Cases F07 and F09.

use strict;
use warnings;

use IO::Socket::INET;
use JSON::PP;
use POSIX qw(strftime);

use Login::Forward qw(damage);
use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $bob = 'bob@example.com';

my $server = <<'END';
login_log %%DIR%%/events.log;
login_hash memory=1m passes=1;
login_limit attempts=3 lockout=300 rate=10/m;
set_real_ip_from 127.0.0.1;
real_ip_header X-Forwarded-For;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    ssi on;
    default_type text/html;
    root %%DIR%%/html;

    location /login/ { login_portal; }
    location = /asked { login_forward_auth from=192.0.2.1; }
    location = /asks { login_forward_auth from=127.0.0.1; }
    location / { login on; }

    location /admin/ {
        login on;
        login_require role=admin;
        error_page 403 /denied.html;
    }
    location = /denied.html { login optional; }

    location /any/ {
        login on;
        login_require role=admin;
        satisfy any;
        allow 127.0.0.1;
        deny all;
    }

    location = /ssi.html { login off; }
    location /rewritten { login on; rewrite ^ /index.html; }
}
END

# ahead of the command line's, which is the system's own
my $now = time;

my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    clock    => $now,
    limit    => '',
    workers  => 1,
);

mkdir $t->dir . '/html';
mkdir $t->dir . "/html/$_" for qw(any admin);
$t->write_file("html/$_", "content\n")
    for qw(index.html denied.html any/index.html admin/index.html);
$t->write_file('html/ssi.html', '<!--# include virtual="/admin/index.html" -->'
    . '<!--# include virtual="/index.html" -->');

$t->run($server);


# What was written since the last time; with one worker, what an answer was
# about is there when the next request is answered.

my $read = 0;

sub events {
    $t->browser->get('/login/assets/login.css');

    my $text = substr $t->read_file('events.log'), $read;

    $read += length $text;

    like $text, qr/\A(?:[\x20-\x7e]+\n)*\z/, 'lines that can be printed'
        or diag $text;

    return map { decode_json($_) } split /\n/, $text;
}


# Exactly these happened.

sub happened {
    my ($names, $what) = @_;

    my @events = events();

    is join(' ', map { $_->{event} } @events), $names, $what;

    return wantarray ? @events : $events[0];
}


# --- signing in and out

my $browser = $t->browser;

$browser->get('/login/');
happened('', 'looking at a page is nothing');

is $browser->sign_in(uc $ann, $password, undef, headers => {
    'X-Forwarded-For' => '2001:db8::7', 'User-Agent' => "Me/1 \x1b[31m\"\xff",
})->status, 303, 'signs in';

my $session = decode_json($t->cli_ok('--json', 'session', 'list'))->[0]{id};
my $account = decode_json($t->cli_ok('--json', 'user', 'show', $ann))->{id};

is_deeply [ events() ], [ {
    time     => strftime('%Y-%m-%dT%H:%M:%S.000Z', gmtime $now),
    seconds  => "$now.000" + 0,
    event    => 'signin',
    category => 'signin',
    result   => 'ok',
    org      => 'default',
    username => $ann,
    account  => $account,
    session  => $session,
    address  => '2001:db8::7',
    browser  => "Me/1 \x1b[31m\"\x{fffd}",
} ], 'with all that is known';

is $browser->get('/index.html')->status, 200, 'gets in';
happened('', 'which is not an event');

my $copy = $browser->clone;

is $browser->sign_out->status, 303, 'signs out';

my $event = happened('signout', 'once');

is $event->{username}, $ann, 'who';
is $event->{account}, $account, 'the account';
is $event->{session}, $session, 'which session';
is $event->{result}, 'ok', 'the result';

is $copy->get('/index.html')->status, 302, 'a copy of the cookie is no good';

$event = happened('session_over', 'that is noted once');
is $event->{account}, $account, 'whose it was';
is $event->{session}, $session, 'which it was';
is $event->{result}, 'refused', 'the result';
ok !exists $event->{username}, 'nothing that was not read';


# --- failures

my $sue = $t->browser;

sub failing {
    my ($user, $word, %opt) = @_;

    $opt{headers} = { 'X-Forwarded-For' => delete $opt{from} }
        if defined $opt{from};

    return $t->browser->sign_in($user, $word, undef, %opt)->status;
}


is failing($bob, 'wrong', from => '192.0.2.1'), 403, 'wrong';
$event = happened('signin_wrong', 'once');
is $event->{username}, $bob, 'who';
is $event->{address}, '192.0.2.1', 'from where';
is $event->{result}, 'refused', 'the result';
ok !exists $event->{account}, 'nothing that tells of accounts';

my $there = $event;

is failing('nobody@example.com', 'wrong', from => '192.0.2.1'), 403, 'nobody';
$event = happened('signin_wrong', 'the same');
$event->{username} = $bob;
is_deeply $event, $there, 'and nothing else in it';

is failing($bob, 'wrong'), 403, 'wrong again' for 1 .. 2;
happened('signin_wrong signin_locks', 'the last one locks');
is failing($bob, $password), 429, 'is locked';
is happened('signin_locked', 'which is another event')->{username}, $bob,
    'who';

is failing("x$_", 'wrong', from => '198.51.100.1'), 403, 'guesses' for 1 .. 10;
is failing('y', 'wrong', from => '198.51.100.1'), 429, 'too many';
my @throttled = events();
is $throttled[-1]{event}, 'signin_throttled', 'noted';
is scalar(@throttled), 11, 'one for each';

unlike $t->read_file('events.log'), qr/\Q$password\E/, 'no password';


# --- hostile names

for my $name ("a\nb", "\x1b[2J", 'a"b\\', 'client: 9.9.9.9',
              "\xe2\x80\xae", 'x' x 12000, "\n" x 5000) {
    my $from = '203.0.113.' . ++$sue->{n};

    is failing($name, 'wrong', from => $from), 403, 'a hostile name';

    $event = happened('signin_wrong', 'is one event');
    is $event->{address}, $from, 'with the right address';
    ok length $event->{username} && length($event->{username}) <= 255,
        'and the name in it';
}


# --- forms that are not ours

is $t->browser->post('/login/', { username => $ann, password => 'x' })->status,
    403, 'forged';
$event = happened('signin_forged', 'noted');
is $event->{username}, $ann, 'as whom';
is $event->{result}, 'refused', 'the result';

$t->set_clock($now += 1000);

is $browser->sign_in($ann, $password)->status, 303, 'signs in again';
is $browser->post('/login/logout', { })->status, 403, 'forged as well';
is((happened('signin signout_forged', 'noted'))[1]{username}, $ann, 'who');


# --- the gate

is $browser->get('/admin/index.html?secret=1')->status, 403, 'refused';
$event = happened('gate_denied', 'once, over an internal redirect');
is $event->{username}, $ann, 'who';
is $event->{detail}, 'localhost/admin/index.html', 'where, without the query';
is $event->{result}, 'refused', 'the result';

is $browser->get('/any/index.html')->status, 200, 'granted by another';
happened('', 'is no refusal');

is $browser->get('/any/index.html', headers => {
    'X-Forwarded-For' => '192.0.2.1' })->status, 403, 'by neither';
happened('gate_denied', 'is one');

is $browser->get('/ssi.html')->status, 200, 'a subrequest';
happened('gate_denied', 'counts for its request');

is $t->browser->get('/index.html')->status, 302, 'without a session';
is $t->browser->get('/rewritten')->status, 302, 'also by another way';
happened('', 'one is asked to sign in, that is all');

is $browser->get('/index.html', headers => {
    Upgrade => 'websocket', Connection => 'Upgrade',
    Origin  => 'http://evil.example' })->status, 403, 'a foreign WebSocket';
is happened('gate_origin', 'noted')->{username}, $ann, 'who';

is $t->browser->get('/asked')->status, 403, 'who may not ask';
happened('forward_address', 'noted');

is $browser->get('/asks')->status, 200, 'who may ask';
happened('', 'nothing');

my $foreign = $browser->clone;

is $t->browser->get('/index.html', headers => {
    Cookie => 'login=' . $foreign->cookie('login') =~ tr/A-Za-z/B-ZAb-za/r,
})->status, 302, 'a cookie that is not ours';
happened('session_foreign', 'once');


# --- faults

$t->hold_store;
is $browser->sign_in($ann, $password, '/login/?switch=1')->status, 503,
    'cannot be kept';
$t->release_store;
is happened('signin_fault', 'noted')->{result}, 'fault', 'the result';

{
    my $mend = damage($t, $ann);

    is $browser->get('/index.html')->status, 503, 'who is not to be read';
    $mend->();
}

$event = happened('gate_fault', 'noted');
is $event->{result}, 'fault', 'the result';


# --- the file

rename $t->dir . '/events.log', $t->dir . '/events.old';
$t->signal('USR1');
ok Login::Test::wait_for(sub { -e $t->dir . '/events.log' }), 'opened anew';

my $mark = $t->log_mark;
ok $t->wait_log(qr/reopening logs/), 'by the worker as well';
$read = 0;

is $browser->sign_out->status, 303, 'signs out';
happened('signout', 'in the new file');

$t->reload;
is $browser->sign_in($ann, $password)->status, 303, 'after a reload';
happened('signin', 'goes on');

# a disk that is full

$t->reload($server =~ s{%%DIR%%/events.log}{/dev/full}r);
$mark = $t->log_mark;

is $browser->sign_in($ann, $password, '/login/?switch=1')->status, 303,
    'gets in nevertheless';
is $browser->sign_out->status, 303, 'and out';

my @said = $t->log_since($mark) =~ /(\[crit\] [^\n]*)/g;

is scalar(@said), 1, 'said once';
like $said[0], qr/"login_log" "\/dev\/full" could not be written, events are/,
    'what is wrong';


# --- syslog

my $syslog = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1')
    or die "socket: $!\n";
my $port = $syslog->sockport;

$t->reload($server =~
    s{%%DIR%%/events.log}{syslog:server=127.0.0.1:$port,tag=login}r);

is $browser->sign_in("$ann\n", 'wrong')->status, 403, 'a failure';

$syslog->recv(my $message, 65536);

like $message, qr/\A<190>[^\n]* login: (\{[^\n]*\})\z/, 'one message';
is decode_json($message =~ s/.*? login: //r)->{event}, 'signin_wrong',
    'with the event';


# --- the directive

for ([ 'login_log;', qr/invalid number of arguments/ ],
     [ 'login_log "";', qr/"login_log" directive has an empty path/ ],
     [ 'login_log a; login_log b;', qr/"login_log" directive is duplicate/ ],
     [ 'login_log syslog:;', qr/unknown syslog parameter/ ],
     [ 'server { login_log a; }', qr/"login_log" directive is not allowed/ ]) {

    $t->conf_error($_->[0], $_->[1], $_->[0]);
}

my ($status, @lines) = $t->conf_test('login_log /no/such/folder/x;');

is $status, 1, 'a folder that is missing';
like "@lines", qr{open\(\) "/no/such/folder/x" failed}, 'is named';

$t->stop;

done_testing();
