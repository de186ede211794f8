#!/usr/bin/perl

# "nginx-login gates": what it shows of the running nginx, and how that comes
# into the store.  What locations inherit is in gate-inherit.t.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $start = 1_800_000_000;

my $password = 'correct horse battery staple';

# one worker: what it writes later shows that it wrote nothing before

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
    workers  => 1,
    clock    => $start,
);


# Waits until it says so; the text of the table.

sub shows {
    my ($t, $pattern, $name) = @_;

    my ($status, $out, $err);

    my $seen = wait_for(sub {
        ($status, $out, $err) = $t->cli({ env => { TZ => 'UTC' } }, 'gates');
        return $status == 0 && $out =~ $pattern;
    });

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    ok($seen, $name) or diag("exit status $status\n$out$err");

    return $out;
}


sub gates {
    my ($t, @arguments) = @_;

    return decode_json($t->cli_ok('gates', '--json', @arguments));
}


# Lines of the table, with one space between their columns.

sub rows {
    my ($text) = @_;

    my @lines = split /\n/, $text =~ s/\n\n.*//sr;
    my $port = $t->port;

    return map { s/ {2,}/ | /gr =~ s/ \| $//r =~ s/:$port\b/:80/r }
        @lines;
}


# --- before nginx was there

my ($status, $out, $err) = $t->cli('gates');
my $store = $t->store;

is($status, 1, 'nothing is there: exit status');
is($out, '', 'nothing is there: no output');
is($err, 'nginx-login: nginx has not written into this store yet, start or '
         . "reload it with \"login_store $store\"\n", 'and what to do');

my $conf = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%DIR%%/socket;
    server_name example.com www.example.com ~^w\d+\.example\.com$;
    login_portal_url http://example.com:%%PORT%%/login/;
    login_cookie domain=example.com;
    login on;
    login_require role=admin,staff   max_age=15m;
    login_require user=Ann@Example.COM;

    if ($arg_a) { return 204; }

    location / {
        limit_except GET { login off; }
        if ($arg_a) { return 204; }
        location ~ \.php$ { satisfy any; }
    }

    location /login/ { login_portal; }
    location = /health { login off; }
    location ^~ /inner/ { internal; }
    location @app { login optional; }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name _;
}
END

$t->conf_ok($conf, 'nginx -t');
is(($t->cli('gates'))[0], 1, 'nginx -t has written nothing');


# --- the table, and JSON

$t->run($conf);

my $text = shows($t, qr/example\.com/, 'nginx has written');
my $require = 'role=admin,staff max_age=15m; user=Ann@Example.COM';
my $dir = $t->dir;

is_deeply([rows($text)], [
    'SERVER | LOCATION | LOGIN | REQUIRES',
    map({ "example.com:80,unix:$dir/socket | $_" }
        "/ | on | $require",
        '/ > limit_except GET HEAD | off',
        "/ > if | on | $require",
        "/ > ~ \\.php\$ | on | $require (satisfy any)",
        '/login/ | portal',
        '= /health | off',
        "^~ /inner/ (internal) | on | $require",
        '@app | optional',
    ),
    '_:80 | (no location) | off',
], 'the table');

like($text, qr/\n\nas nginx has it since 2027-01-15 08:00\n\z/, 'its age');

is_deeply([rows($t->cli_ok('gates', '--open'))], [
    'SERVER | LOCATION | LOGIN | REQUIRES',
    map({ "example.com:80,unix:$dir/socket | $_" }
        '/ > limit_except GET HEAD | off',
        '= /health | off',
        '@app | optional',
    ),
    '_:80 | (no location) | off',
], '--open: the unprotected ones');

my $gates = gates($t);
my %server = (
    server  => 'example.com',
    names   => ['example.com', 'www.example.com', '~^w\d+\.example\.com$'],
    listen  => ['127.0.0.1:' . $t->port, "unix:$dir/socket"],
    portal  => 'http://example.com:' . $t->port . '/login/',
    written => $start,
);

is_deeply([sort @{ $gates->[0]{listen} }], [sort @{ $server{listen} }],
          'JSON: addresses');
$_->{listen} = $server{listen} for grep { $_->{portal} } @$gates;

is_deeply($gates->[0], {
    %server, location => '/', kind => 'prefix', within => [], methods => [],
    login => 'on', satisfy => 'all', internal => JSON::PP::false,
    require => ['role=admin,staff max_age=15m', 'user=Ann@Example.COM'],
}, 'JSON: a location');

is_deeply($gates->[1], {
    %server, location => '/', kind => 'limit_except', within => ['/'],
    methods => [qw(GET HEAD)], login => 'off', satisfy => 'all',
    internal => JSON::PP::false, require => [],
}, 'JSON: limit_except');

is_deeply($gates->[3], {
    %server, location => '\.php$', kind => 'regex', within => ['/'],
    methods => [], login => 'on', satisfy => 'any',
    internal => JSON::PP::false,
    require => ['role=admin,staff max_age=15m', 'user=Ann@Example.COM'],
}, 'JSON: a nested location');

is_deeply($gates->[8], {
    server => '_', names => ['_'], listen => ['127.0.0.1:' . $t->port],
    portal => undef, location => undef, kind => 'server', within => [],
    methods => [], login => 'off', require => [], satisfy => 'all',
    internal => JSON::PP::false, written => $start,
}, 'JSON: a server itself');

is(join(' ', map { $_->{kind} } @$gates),
   'prefix limit_except if regex prefix = ^~ named server', 'JSON: kinds');
is(join(' ', map { $_->{login} } @{ gates($t, '--open') }),
   'off off optional off', 'JSON: the unprotected ones');

($status, $out, $err) = $t->cli('gates', 'x');
is($status, 2, 'no arguments');


# --- reload

my $hour = 3600;

$t->set_clock($start + $hour);
$t->reload;

is($t->browser(host => 'example.com')->sign_in('ann@example.com', $password)
   ->status, 303, 'a session, written by the new worker');
is(gates($t)->[0]{written}, $start, 'the same one was not written again');

$t->reload($conf =~ s{= /health}{= /health2}r);

shows($t, qr{= /health2\b}, 'another configuration');
is(gates($t)->[0]{written}, $start + $hour, 'its time');

ok(!$t->reload($conf =~ s{login off}{login of}r), 'one that nginx refuses');
like($t->cli_ok('gates'), qr{= /health2\b}, 'is not shown');

my ($evil) = shows($t, qr/(.*evil.*)/, 'names of the configuration')
    if $t->reload($conf . <<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    server_name "\e[31mevil\xff\xe2\x80\xae";
    location "/\e]0;title/" { }
}
END

unlike($t->cli_ok('gates'), qr/[^\n\x20-\x7e]/, 'do nothing to a terminal');
like($t->cli_ok('gates'), qr{\\x1b\[31mevil\\xff\\u\{202e\}.*/\\x1b\]0;title},
     'and are shown');
like($t->cli_ok('gates', '--json'), qr{"/\\u001B\]0;title/"},
     'JSON escapes them');


# --- more than one piece of the store

sub many {
    my ($n) = @_;

    my $locations = join '', map {
        "location /application/of/many/$_/ { login_require role=role$_; }\n"
    } 1 .. 20;

    return $conf . join '', map { <<"END" } 1 .. $n;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name s$_.example.com;
    login_portal_url http://example.com:%%PORT%%/login/;
    login_cookie domain=example.com;
    login on;
    $locations
}
END
}

my %opt = (http => "$t->{http} server_names_hash_max_size 4096;");

$t->reload(many(120), %opt);
shows($t, qr/s120\.example/, 'many locations');
is(scalar @{ gates($t) }, 9 + 120 * 21, 'all of them');

$t->reload(many(1), %opt);
ok(wait_for(sub { @{ gates($t) } == 9 + 21 }), 'few of them');
unlike($t->cli_ok('gates'), qr/s2\.example/, 'and nothing else');


# --- somebody holds the store

my $mark = $t->log_mark;

$t->hold_store;
$t->reload($conf =~ s{= /health}{= /health3}r);
like($t->cli_ok('gates'), qr{= /health\b}, 'the old one as long as it is held');

ok($t->wait_log(qr/login: a task waited in its queue for too long/, $mark),
   'what waits is given up');

$t->release_store;
shows($t, qr{= /health3\b}, 'and tried again');

# a worker that leaves has another one in its queue

sub alone {
    return wait_for(sub { $t->workers(all => 1) == $t->workers });
}

$t->hold_store;
$t->reload($conf =~ s{= /health}{= /health4}r, old => 1);
$t->reload($conf =~ s{= /health}{= /health5}r, old => 1);
$t->release_store;

ok(alone(), 'the old workers are gone');
shows($t, qr{= /health5\b}, 'the newest one is there');

$t->hold_store;
$t->reload($conf =~ s{= /health}{= /health6}r, old => 1);
$t->reload($conf =~ s{= /health}{= /health5}r, old => 1);
$t->release_store;

ok(alone(), 'the old workers are gone once more');
shows($t, qr{= /health5\b}, 'also where it was there before');


# --- another key

$t->stop;
$t->write_file('login.key', ('3' x 64) . "\n");

($status, $out, $err) = $t->cli('gates');
is($status, 3, 'of another key: exit status');
like($err, qr/could not be read.*, reload nginx\n\z/, 'and what to do');

$t->start or die "nginx did not start\n";
shows($t, qr{= /health5\b}, 'nginx writes it anew');


# --- without a master

my $single = Login::Test->new(workers => 0, main => 'master_process off;');

$single->run($conf);
shows($single, qr{= /health\b}, 'without a master');


done_testing;
