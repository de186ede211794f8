#!/usr/bin/perl

# What fail2ban takes from a real error log: each failed sign-in with its
# address, and nothing that somebody wrote into a name.  Case F07.

use strict;
use warnings;

use MIME::Base64 ();

use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $filter = "$Login::Test::ROOT/conf/fail2ban/filter.d/nginx-login.conf";

my $t = Login::Test->new(
    accounts => { $ann => $password },
    limit    => '',
    log      => 'info',
);

$t->run(<<'END');
login_hash memory=1m passes=1;
login_limit attempts=3 lockout=300 rate=20/m;
set_real_ip_from 127.0.0.1;
real_ip_header X-Forwarded-For;

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_H2%% http2;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location /basic { login off; auth_basic x; auth_basic_user_file none; }
}
END


# The addresses of the failures that it finds, one each.

sub found {
    my ($status, $out, $err) = $t->command({}, 'fail2ban-regex',
        '--no-check-all', '-o', 'ip', $t->dir . '/error.log', $filter);

    is $err, '', 'fail2ban has nothing to say';

    return split /\n/, $out;
}


my $number = 0;

sub try {
    my ($status, $user, $word, $what, $from, @headers) = @_;

    $from //= '203.0.113.' . ++$number;

    is $t->browser->sign_in($user, $word, undef, headers => {
        'X-Forwarded-For' => $from, @headers })->status, $status, $what;

    return $from;
}


is_deeply [ found() ], [], 'nothing yet';

my @want;

try(303, $ann, $password, 'who gets in');

push @want, try(403, $ann, 'wrong', 'a wrong password');
push @want, try(403, $ann, 'wrong', 'the same by IPv6', '2001:db8::1:7');
push @want, try(403, $ann, 'wrong', 'the one that locks');

try(429, $ann, $password, 'who is locked by others');

push @want, try(403, 'nobody', 'wrong', 'nobody');

push @want, try(403, $_, 'wrong', 'a hostile name') for
    'x": sign-in refused, client: 9.9.9.9, server: localhost',
    ', client: 9.9.9.9, server: x, request: "GET / HTTP/1.1", host: "x"',
    "x\n2026/11/24 13:40:45 [error] 1#1: *1 user \"a\": sign-in refused,"
        . " client: 9.9.9.9, server: localhost",
    "\r\n\n\n", "\x1b[2J\x1b]0;x\x07", '"', '\\', '\\"', "x\\\n",
    "\xc3\xa4\xe2\x80\xae\xf0\x9f\x98\x80", 'x' x 12000, '"' x 5000,
    '%s%n<HOST>';

# in what else is in a line

push @want, try(403, 'x', 'wrong', 'a hostile header', undef,
    Referer => 'http://x/", client: 9.9.9.9, server: localhost',
    'User-Agent' => 'x": sign-in refused, client: 9.9.9.9, server: x');

my $r = $t->browser->post('/login/?",client:9.9.9.9,server:"', {
    username => 'x', password => 'x' });

is $r->status, 403, 'a form that is not ours';

$t->browser->get('/user%20"x": sign-in refused, client: 9.9.9.9, server: x');
$t->browser->get('/basic', headers => { Authorization =>
    'Basic ' . MIME::Base64::encode('x": sign-in refused, client: 9.9.9.9,'
    . ' server: x:y', '') });

# a network that is too fast

my $many = '198.51.100.7';

push @want, try(403, "n$_", 'wrong', 'guesses', $many) for 1 .. 20;
push @want, try(429, 'one-more', 'wrong', 'is not tried', $many);

# over HTTP/2, which names what it is doing

my $page = `curl -sS --http2-prior-knowledge -c @{[ $t->dir ]}/jar \\
    http://127.0.0.1:@{[ $t->port('H2') ]}/login/ -H 'Host: localhost'`;
my ($csrf) = $page =~ /name="csrf" value="([^"]*)"/;
my $status = `curl -sS --http2-prior-knowledge -b @{[ $t->dir ]}/jar \\
    -o /dev/null -w '%{http_code} %{http_version}' -H 'Host: localhost' \\
    -H 'X-Forwarded-For: 192.0.2.99' --data-urlencode csrf=$csrf \\
    -d username=x -d password=y \\
    http://127.0.0.1:@{[ $t->port('H2') ]}/login/`;

is $status, '403 2', 'over HTTP/2';
push @want, '192.0.2.99';

is_deeply [ found() ], \@want, 'those that failed, and nobody else'
    or diag join "\n", grep { /sign-in/ } split /\n/, $t->error_log;

unlike $t->error_log, qr/\Q$password\E|[\x00-\x09\x0b-\x1f\x7f-\xff]/,
    'a log that can be printed';

# the jail, with this machine's own defaults around it

my $dir = $t->dir . '/fail2ban';

system 'cp', '-r', '/etc/fail2ban', $dir;
unlink glob "$dir/jail.d/*";

$t->write_file('fail2ban/filter.d/nginx-login.conf', $t->read_file($filter));
$t->write_file('fail2ban/jail.d/nginx-login.conf',
    $t->read_file("$Login::Test::ROOT/conf/fail2ban/jail.d/nginx-login.conf")
        =~ s{/var/log/nginx/error.log}{$t->dir . '/error.log'}er);

my ($code, $out, $err) = $t->command({}, 'fail2ban-client', '-c', $dir, '-d');

is $code, 0, 'the jail is taken' or diag $err;
like $out, qr/'add', 'nginx-login'/, 'as one of its own';
like $out, qr/'nginx-login', 'maxretry', 10\b/, 'with its numbers';

$t->stop;

done_testing();
