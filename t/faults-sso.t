#!/usr/bin/perl

# The way to a provider and back while one call fails, as faults.t has it for
# signing in.  No account is half made, and nobody is let in by an error.

use strict;
use warnings;

use Login::Fault;
use Login::Rogue;
use Login::Test;

my $missing = Login::Rogue::missing();

plan(skip_all => $missing) if $missing;


my $fault = Login::Fault->new;
my $rogue = Login::Rogue->new;

my $alerts = qr{
    (?:malloc|calloc|posix_memalign|mmap)\(
    | epoll_ctl\( | eventfd\(\) | accept4?\(
}x;

my $t = Login::Test->new(
    $fault->options,
    workers     => 1,
    log         => 'info',
    limit       => 'login_limit attempts=1000 rate=1000000/m;',
    allow_alert => $alerts,
);

$t->write_file('secret', "a secret that both know\n");
chmod 0600, $t->dir . '/secret';

# most allocations are of their own, since the pool of a request is small

$t->run(<<"END");
login_hash memory=1m passes=1;

login_provider op "Rogue" {
    oidc @{[ $rogue->issuer ]};
    client_id nginx;
    client_secret_file secret;
    provision on;
}

login_org default "All" { provider op; }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    access_log off;
    request_pool_size 128;

    location /login/ { login_portal; }
    location / { return 200 "canary \$login_user"; }
}
END

wait_for(sub { ($t->cli('gates'))[0] == 0 });


# --- what is asked

sub ask {
    my ($path, %cookies) = @_;

    my $cookie = join '; ', map { "$_=$cookies{$_}" } sort keys %cookies;

    return eval {
        $t->raw("GET $path HTTP/1.1\r\nHost: localhost\r\n"
                . "Connection: close\r\nAccept: text/html\r\n"
                . ($cookie ne '' ? "Cookie: $cookie\r\n" : '') . "\r\n")
    };
}


# Somebody who has left and is back: the path, and the cookies.

sub back {
    my $browser = $t->browser;
    my $url = $browser->get('/login/sso/op?return_to=/x')->location;
    my $path = $browser->get($url)->location =~ s{^http://[^/]+}{}r;

    return [ $path, map { $_ => $browser->cookie($_) }
             'login_browser', grep { $browser->cookie($_) }
             map { "login_sso-$_" } 0 .. 4 ];
}

my $n = 0;

sub fresh {
    $rogue->set(sub => 'user' . ++$n);

    return back();
}

sub refused {
    $rogue->set(error => 'access_denied');

    my $back = back();

    $rogue->set;

    return $back;
}

sub leads { $_[0]->location =~ m{/x$} }

my @requests = (
    [ 'leaving', 303, sub { ask('/login/sso/op?return_to=/x') },
      sub { index($_[0]->location, $rogue->issuer . '/auth?') == 0 } ],
    [ 'coming back', 303, sub { ask(@{ $_[0] }) }, \&leads, \&back ],
    [ 'for the first time', 303, sub { ask(@{ $_[0] }) }, \&leads, \&fresh ],
    [ 'refused', 403, sub { ask(@{ $_[0] }) },
      sub { $_[0]->body =~ /Code L51\b/ }, \&refused ],
    [ 'without having left', 403,
      sub { ask('/login/sso/op/callback?state=a&code=b') },
      sub { $_[0]->body =~ /Code L50\b/ } ],
);


# first that each of them is what is meant

for my $request (@requests) {
    my ($name, $status, $do, $true, $prepare) = @$request;

    my $with = $prepare ? $prepare->() : undef;
    my $response = $do->($with);

    is $response->status, $status, $name;
    ok $true->($response, $with), "$name: as it should be" if $true;
}

$fault->each_call($t, @$_) for @requests;

is +($t->cli('check'))[0], 0, 'the store is whole';

done_testing;
