#!/usr/bin/perl

# A provider's logout token, and signing out at the provider, while one call
# fails, as faults-sso.t has it for the way in.  What was answered with 200 or
# 303 has ended the session; no token is used up by an error.

use strict;
use warnings;

use Login::Fault;
use Login::Provider;
use Login::Test;

my $missing = Login::Provider::missing();

plan(skip_all => $missing) if $missing;


my $fault = Login::Fault->new;
my $one = Login::Provider->new('one');

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

# most allocations are of their own, since the pool of a request is small

$t->run(<<"END");
login_hash memory=1m passes=1;
@{[ $one->block($t, 'provision on;') ]}
login_org default "All" { provider one; }

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

$one->register($t);
wait_for(sub { ($t->cli('gates'))[0] == 0 });


sub post {
    my ($path, $fields, $cookie) = @_;

    my $body = Login::Browser::encode($fields);

    return eval {
        $t->raw("POST $path HTTP/1.1\r\nHost: localhost\r\n"
                . "Connection: close\r\nAccept: text/html\r\n"
                . "Origin: http://localhost:@{[ $t->port ]}\r\n"
                . "Content-Type: application/x-www-form-urlencoded\r\n"
                . 'Content-Length: ' . length($body) . "\r\n"
                . ($cookie ? "Cookie: $cookie\r\n" : '') . "\r\n$body")
    };
}


my $used = $one->logout_token;

is post('/login/sso/one/logout', { logout_token => $used })->status, 200,
    'a token is used';


# Somebody who is about to sign out: the form's csrf, and their cookies.

sub leaver {
    my $browser = $t->browser;

    $browser->get('/login/sso/one', follow => 1);

    my $page = $browser->get('/login/logout');

    return { browser => $browser, csrf => $page->csrf,
             cookies => $browser->cookie_header(
                 { scheme => 'http', host => 'localhost',
                   path => '/login/logout' }) };
}


sub is_out { $_[0]{browser}->get('/')->status == 302 }


# The provider's address: with the token, or without where there was no memory
# for it; or the portal's, where there was none for the way there.

sub away { is_out($_[1]) && $_[0]->location =~ m{^http://(?:one\.)?localhost} }


my @requests = (
    [ 'a logout token', 200,
      sub { post('/login/sso/one/logout', { logout_token => $_[0]{token} }) },
      sub { is_out($_[1]) },
      sub { my $who = leaver(); $who->{token} = $one->logout_token; $who } ],
    [ 'one that was used', 400,
      sub { post('/login/sso/one/logout', { logout_token => $used }) } ],
    [ 'one that is none', 400,
      sub { post('/login/sso/one/logout', { logout_token => 'x' }) } ],
    [ 'signing out', 303,
      sub { post('/login/logout', { csrf => $_[0]{csrf} }, $_[0]{cookies}) },
      \&away, \&leaver ],
);

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
