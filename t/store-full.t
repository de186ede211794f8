#!/usr/bin/perl

# A store that is full: nobody signs in, which the log says and said before;
# whoever is signed in stays so, can sign out, and be signed out.  More room
# is taken into use by all workers without a failed request.

use strict;
use warnings;

use Errno qw(ENOSPC);
use JSON::PP;

use Login::Disk;
use Login::Test;


my $password = 'correct horse battery staple';
my @people = map { "user$_\@example.com" } 1 .. 7;

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

my $disk = Login::Disk->new;

my $t = Login::Test->new(
    $disk->options,
    accounts => { map { $_ => $password } @people },
    workers  => 4,
    limit    => 'login_limit attempts=3;',
    log      => 'info',
    no_store => 1,
    http     => 'login_store %%STORE%% map_size=1m; login_key %%KEY%%;'
                . ' login_hash memory=1m passes=1 threads=2;',
);


sub stat_of {
    my ($what) = @_;

    return JSON::PP->new->decode($t->cli_ok('--json', 'stat'))->{$what};
}


# Accounts that nobody uses.

my $imported = 0;

sub import_more {
    my ($n) = @_;

    my $text = join '', map {
        "filler$_\@example.com:\$2y\$05\$" . '.' x 53 . "\n"
    } $imported + 1 .. $imported + $n;

    $imported += $n;
    $t->cli_ok('import', 'htpasswd', $t->write_file('more', $text));
}


# The same until the file has so many bytes.

sub grow {
    my ($size) = @_;

    import_more(50) while stat_of('file_size') < $size;
}


sub sign_in {
    my ($person) = @_;

    my $browser = $t->browser;
    my $answer = $browser->sign_in($person, $password);

    return $answer->status, $browser, $answer;
}


# --- it fills up

grow(640 * 1024);
$t->run($server);

my ($status, $answer, %browser);

for my $person (@people) {
    ($status, $browser{$person}) = sign_in($person);
    is $status, 303, "$person is signed in";
}

# the command line has a larger map: that of nginx is full before the file
# has outgrown it

while (stat_of('file_size') < 1024 * 1024) {
    ($status, undef, $answer) = sign_in($people[0]);

    last if $status != 303;
    import_more(10);
}

is $status, 503, 'it is full';
cmp_ok stat_of('file_size'), '<', 1000 * 1024, 'with some room left';
is $answer->page, 'error', 'a page says so';
ok $answer->header('Retry-After'), 'and when to try again';
is scalar(grep { $_->{name} eq 'login' } $answer->cookies), 0, 'no session';

like $t->error_log,
    qr/\[crit\].* not written to the store: the map is full, raise "map_size"/,
    'the log says why';

ok wait_for(sub {
    return $t->error_log
        =~ /\[(?:warn|crit)\].* store "\S+" is \d+% full, raise "map_size"/;
}), 'and that it is nearly full';


# --- what takes away

is $browser{ $people[1] }->get('/')->body, "canary $people[1]",
    'who is signed in stays so';
is $browser{ $people[1] }->sign_out->status, 303, 'and can sign out';
is $browser{ $people[1] }->get('/')->status, 302, 'who is out';

$t->cli_ok('session', 'revoke', $people[2]);
is $browser{ $people[2] }->get('/')->status, 302, 'sessions are revoked';

$t->cli_ok('user', 'disable', $people[3]);
is $browser{ $people[3] }->get('/')->status, 302, 'accounts are disabled';

for my $status (403, 403, 403, 429) {
    is $t->browser->sign_in($people[6], 'a guess')->status, $status,
        "a guess is answered with $status";
}

ok wait_for(sub {
    return $t->cli_ok('user', 'list', '--locked') =~ /^\Q$people[6]\E\b/m;
}), 'a lockout is kept';


cmp_ok scalar(() = $t->error_log =~ /% full, raise/g), '<=', 2,
    'the log is not told at each look';


# --- more room, while all read

my $connections = $t->worker_connections('/worker');
my $cookie = $browser{ $people[4] }->cookie('login');
my %answers;

sub ask_all {
    for my $connection (values %$connections) {
        $connection->send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                          . "Cookie: login=$cookie\r\n\r\n");
    }

    $answers{ $_->response->body }++ for values %$connections;
}

for (1 .. 20) {
    my $size = stat_of('file_size');

    grow($size + 40 * 1024);
    ask_all() for 1 .. 5;
}

cmp_ok stat_of('file_size'), '>', 1024 * 1024, 'the file has outgrown the map';
is_deeply \%answers, { "canary $people[4]" => 400 },
    'every request is answered by four workers';

is +(sign_in($people[0]))[0], 303, 'and people sign in again';


# --- the disk is full

$disk->fail(data => ENOSPC);

my $mark = $t->log_mark;

is +(sign_in($people[0]))[0], 503, 'nobody signs in';
is $browser{ $people[4] }->get('/')->body, "canary $people[4]",
    'who is signed in stays so';
like $t->log_since($mark), qr/\[crit\].* to the store: the disk is full/,
    'the log says why';

my $out = $browser{ $people[4] }->sign_out;

is $out->status, 503, 'a sign-out that cannot be written is not pretended';
is $browser{ $people[4] }->get('/')->status, 200, 'the session is there';

cmp_ok $disk->heal, '>', 0, 'the disk failed';
is $browser{ $people[4] }->sign_out->status, 303, 'and works again';
is +(sign_in($people[0]))[0], 303, 'for everybody';

done_testing;
