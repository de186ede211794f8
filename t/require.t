#!/usr/bin/perl

# Conditions beyond being signed in (login_require), and which requests are
# redirected (login_redirect).

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(accounts => { 'bob@example.com' => $password });

$t->add_user('ann@example.com', $password, '--role', 'admin', '--role',
             'staff');

my $conf = <<'END';
login_hash memory=1m passes=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }

    location /admin { login_require role=admin; return 200 "canary"; }
    location /staff { login_require role=x,staff; return 200 "canary"; }
    location /none { login_require role=adm,in; return 200 "canary"; }
    location /both {
        login_require role=admin;
        login_require user=bob@example.com;
        return 200 "canary";
    }
    location /bob { login_require user=BOB@Example.Com; return 200 "canary"; }
    location /org { login_require org=other; return 200 "canary"; }
    location /own { login_require org=default; return 200 "canary"; }
    location /fresh { login_require max_age=2s; return 200 "canary"; }

    location /outer/ {
        login_require role=nobody;
        location /outer/inner { login_require role=admin; return 200 canary; }
        return 200 "canary";
    }

    location /on { login_redirect on; return 200 "canary"; }
    location /off { login_redirect off; return 200 "canary"; }
}
END

$t->run($conf);

my $origin = 'http://localhost:' . $t->port;
my %page = (headers => { Accept => 'text/html' });

my ($ann, $bob, $nobody) = map { $t->browser } 1 .. 3;

$ann->sign_in('ann@example.com', $password);
$bob->sign_in('bob@example.com', $password);


sub status { $_[0]->get("$origin$_[1]", %page)->status }

for my $row (
    ['/admin', 200, 403], ['/staff', 200, 403], ['/none', 403, 403],
    ['/both', 403, 403], ['/bob', 403, 200], ['/org', 403, 403],
    ['/own', 200, 200], ['/outer/x', 403, 403], ['/outer/inner', 200, 403],
) {
    my ($path, $for_ann, $for_bob) = @$row;

    is(status($ann, $path), $for_ann, "$path for ann");
    is(status($bob, $path), $for_bob, "$path for bob");
    is(status($nobody, $path), 302, "$path for nobody");
}

my $denied = $bob->get("$origin/admin?x=1", %page);

is($denied->page, 'denied', 'denied page');
unlike($denied->body, qr/canary/, 'denied shows nothing');
like($denied->body, qr/switch=1&amp;return_to=%2Fadmin%3Fx%3D1/,
     'another account');
is($bob->fetch("$origin/admin")->body, '{"error":"denied"}', 'denied json');

# a role counts at once, in both directions

$t->cli_ok('user', 'role', 'bob@example.com', '--add', 'admin');
is(status($bob, '/admin'), 200, 'role added');

$t->cli_ok('user', 'role', 'bob@example.com', '--remove', 'admin');
is(status($bob, '/admin'), 403, 'role removed');

# the age of the sign-in

my $old;

ok(wait_for(sub {
    $old = $ann->get("$origin/fresh?a=1", %page);
    return $old->status == 302;
}), 'too old in the end');

is($old->location,
   "$origin/login/?need=login&return_to=%2Ffresh%3Fa%3D1", 'once more');
is(status($ann, '/own'), 200, 'still signed in elsewhere');
like($ann->fetch("$origin/fresh")->body, qr/"login_url":"[^"]*need=login&/,
     'once more for scripts');
is($ann->get($old->location, %page)->page, 'signin', 'asked again');

my $back = $ann->get($old->location, %page);

$back = $ann->submit($back, { username => 'ann@example.com',
                              password => $password });
is($back->status, 303, 'signed in once more');
is($back->location, "$origin/fresh?a=1", 'and back');

# who is redirected

is($nobody->fetch("$origin/on")->status, 302, 'redirect on for scripts');
is($nobody->fetch("$origin/on", method => 'POST')->status, 401,
   'redirect on, POST');
is($nobody->get("$origin/off", %page)->status, 401, 'redirect off');
is($nobody->get("$origin/off", %page)->page, 'expired', 'redirect off, page');
is($nobody->fetch("$origin/off")->header('Content-Type'), 'application/json',
   'redirect off for scripts');

# mistakes

for my $row (
    ['login_require role=a=b;', 'invalid parameter "role=a=b"'],
    ['login_require role=;', 'invalid parameter "role="'],
    ['login_require role=a,;', 'invalid parameter "role=a,"'],
    ['login_require role=a role=b;', 'invalid parameter "role=b"'],
    ['login_require max_age=x;', 'invalid parameter "max_age=x"'],
    ['login_require max_age=0;', 'invalid parameter "max_age=0"'],
    ['login_require "user=a b@c";', 'invalid parameter "user=a b@c"'],
    ['login_require mfa mfa;', 'invalid parameter "mfa"'],
    ['login_require mfa=1;', 'invalid parameter "mfa=1"'],
    ['login off; login_require role=a;', '"login_require" directive'],
    ['login_redirect maybe;', 'invalid value "maybe"'],
) {
    my ($line, $error) = @$row;
    my $bad = $conf =~ s/location \/on \{/location \/bad { $line }\n$&/r;

    $t->conf_error($bad, qr/\Q$error\E/, $line);
}

$t->conf_error($conf =~ s/login_portal;/login_portal; login_require role=a;/r,
    qr/"login_require" directive must not be in location "\/login\/"/,
    'login_require in the portal');

$t->done_testing;
