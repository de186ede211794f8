#!/usr/bin/perl

# The ways by which a response gets into a cache of nginx, or out of it, past
# its usual one: subrequests, redirects, slices, errors, what is let in by
# address, and what is refused.

use strict;
use warnings;

use Login::Backend;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { map { ("$_\@example.com" => $password) } qw(ann bob) },
    http     => 'login_hash memory=1m passes=1;',
    clock    => 1_900_000_000,
);

mkdir $t->dir . '/html';
$t->write_file('html/page.html', '<!--# include virtual="/part/$arg_n" -->');
$t->write_file('html/missing.html', 'not here');

# Answers with whom it was told of and a number that no other answer has;
# "fail" in the test's folder makes it fail.

Login::Backend->application($t, $t->expand(<<'END'));
use strict;
use warnings;

my $n = 0;

sub {
    my ($env) = @_;

    my %query = map { s/%([0-9a-f]{2})/chr hex $1/gier }
        map { split /=/, $_, 2 } split /&/, $env->{QUERY_STRING};
    my $user = $env->{HTTP_REMOTE_USER} // '';
    my $page = "for [$user] $$." . $n++;

    if ($query{wait}) {
        open my $fh, '>', '%%DIR%%/waits';
        select undef, undef, undef, 0.02 until -e '%%DIR%%/go';
    }

    return [ 500, [], [ 'failed' ] ] if -e '%%DIR%%/fail';
    return [ 200, [ Location => '/x' ], [ $page ] ] if $query{wait};
    return [ 200, [ 'X-Accel-Redirect' => $query{to} ], [] ] if $query{to};
    return [ 404, [], [ 'missing' ] ]
        if $query{only} && $user !~ /^$query{only}@/;

    if (($env->{HTTP_RANGE} // '') =~ /^bytes=(\d+)-(\d+)$/) {
        my $text = "for [$user] " x 20;
        my $last = $2 < length $text ? $2 : length($text) - 1;

        return [ 206, [ 'Content-Range' => "bytes $1-$last/" . length $text,
                        'ETag' => '"x"' ],
                 [ substr $text, $1, $last - $1 + 1 ] ];
    }

    return [ 200, [ 'Content-Type' => 'text/plain' ], [ $page ] ];
};
END

my $app = 'proxy_pass http://unix:%%DIR%%/http.sock;'
    . ' include %%ROOT%%/conf/login_params;';
my $cache = "$app proxy_cache pages; proxy_cache_valid any 10s;"
    . ' add_header X-Cache $upstream_cache_status always;';

$t->run(<<"END");
proxy_cache_path %%DIR%%/cache keys_zone=pages:1m levels=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;
    proxy_cache_key \$uri;
    login on;

    location /login/ { login_portal; }

    location /plain/ { $cache }
    location /uses/ { $cache proxy_cache_min_uses 2; }
    location /stale/ { $cache proxy_cache_use_stale http_500; }
    location /bypass/ { $cache proxy_cache_bypass \$arg_bypass; }
    location /unbuffered/ { $cache proxy_buffering off; }
    location /post/ { $cache proxy_cache_methods POST; }

    location /slice/ {
        $cache
        slice 50;
        proxy_cache_key \$uri\$slice_range;
        proxy_set_header Range \$slice_range;
    }

    # what stands open, with parts and redirects that do not

    location = /page.html { login off; ssi on; }
    location /part/ { $cache }
    location /leads/ { login off; $app }

    # what is gated and leads to what is open, whose key is the same

    location /opens/ { $app }
    location /open/ { login off; $cache }
    location /told/ { $cache error_page 401 = \@open; }
    location \@open { login off; $cache }

    # asks who it is before the application answers, and after

    location /asks/ { login off; $cache proxy_redirect /x /\$login_user; }

    # errors in the place of the application's

    location /own/ {
        $cache
        proxy_intercept_errors on;
        error_page 404 /missing.html;
        proxy_cache_key "\$login_id\$uri";
    }

    location = /missing.html { }

    location /strict/ { login_require max_age=5m; $cache }
}

# the same keys, for all who come from near

server {
    listen 127.0.0.1:%%PORT_near%%;
    server_name localhost;
    proxy_cache_key \$uri;
    login on;
    satisfy any;
    allow 127.0.0.1;

    location / { $cache proxy_cache_methods POST; }
}

# the same keys, for everybody

server {
    listen 127.0.0.1:%%PORT_open%%;
    server_name localhost;
    proxy_cache_key \$uri;

    location / { $cache }
}
END

my (%cookie, $unique);

for my $who (qw(ann bob)) {
    my $browser = $t->browser;

    $browser->sign_in("$who\@example.com", $password);
    $cookie{$who} = 'Cookie: login=' . $browser->cookie('login') . "\r\n";
}

$cookie{nobody} = '';


sub ask {
    my ($uri, $who, %opt) = @_;

    my $method = $opt{method} // 'GET';
    my $length = $method eq 'POST' ? "Content-Length: 0\r\n" : '';

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . "$cookie{$who}${length}Connection: close\r\n\r\n",
                   port => $opt{port});
}


sub got    { ask(@_)->body }
sub status { scalar ask(@_)->header('X-Cache') }
sub fresh  { $_[0] . '/' . ++$unique }


# Each gets their own, and in the end from the cache.

sub each_their_own {
    my ($uri, $name, %opt) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    for my $round (1 .. 4) {
        for my $who (qw(ann bob)) {
            my $response = ask($uri, $who, %opt);

            like $response->body, qr/^for \[$who\@/,
                "$name: $who, round $round";
            is $response->header('X-Cache'), 'HIT', "$name: kept for $who"
                if $round == 4 && !$opt{never};
        }
    }
}


# --- by what is asked

each_their_own(fresh('/plain'), 'plain');
each_their_own(fresh('/uses'), 'used twice');
each_their_own(fresh('/unbuffered'), 'not buffered', never => 1);
each_their_own(fresh('/post'), 'POST', method => 'POST');

{
    my $uri = fresh('/plain');

    # it is answered before the page is there

    ok wait_for(sub { status($uri, 'ann', method => 'HEAD') eq 'HIT' }),
        'HEAD fills the cache';
    is status($uri, 'bob', method => 'HEAD'), 'MISS', 'for one person';
    each_their_own($uri, 'after HEAD');

    $uri = fresh('/bypass');

    like got("$uri?bypass=1", 'ann'), qr/^for \[ann/, 'past the cache';
    is status($uri, 'ann'), 'HIT', 'which keeps it';
    is status($uri, 'bob'), 'MISS', 'for one person';
    each_their_own($uri, 'after bypass');
}

{
    my $uri = fresh('/slice');

    for my $round (1 .. 2) {
        for my $who (qw(ann bob)) {
            my $response = ask($uri, $who);

            like $response->body, qr/^(?:for \[$who\@example\.com\] ){20}$/,
                "in slices: all of $who, round $round";
            is $response->header('X-Cache'), 'HIT', 'from the cache'
                if $round == 2;
        }
    }
}

{
    my $uri = fresh('/stale');
    my %page = map { $_ => got($uri, $_) } qw(ann bob);

    $t->set_clock(1_900_000_000 + 20);
    $t->write_file('fail', '');

    for my $who (qw(bob ann bob ann)) {
        my $response = ask($uri, $who);

        is $response->header('X-Cache'), 'STALE', 'the application fails';
        is $response->body, $page{$who}, "an old page of $who";
    }

    is ask(fresh('/stale'), 'bob')->status, 500, 'without one: none';
    unlink $t->dir . '/fail';
}


# --- by ways around

for my $round (1 .. 2) {
    for my $who (qw(ann bob)) {
        like got('/page.html?n=1', $who), qr/^for \[$who\@/,
            "a gated part of an open page: $who, round $round";
    }

    unlike got('/page.html?n=1', 'nobody'), qr/for \[/, 'nobody';
}

{
    my $to = fresh('/part');
    my $uri = fresh('/leads') . "?to=$to";

    each_their_own($uri, 'X-Accel-Redirect from open to gated');
    is ask($uri, 'nobody')->status, 401, 'nobody';

    $to = fresh('/open');
    $uri = fresh('/opens') . "?to=$to";

    each_their_own($uri, 'X-Accel-Redirect from gated to open');
    is ask($uri, 'nobody')->status, 401, 'nobody';
    like got($to, 'nobody'), qr/^for \[\]/, 'straight to what is open';
    each_their_own($uri, 'and once more');
}

# what is answered in the place of a refusal is not the page

for my $first (qw(ann nobody)) {
    my $uri = fresh('/told');

    got($uri, $first);
    like got($uri, 'nobody'), qr/^for \[\]/, "told, $first first";
    is status($uri, 'nobody'), 'HIT', 'which is kept';
    each_their_own($uri, 'not in the place of the page');
}

{
    my $uri = fresh('/own') . '?only=ann';

    is ask($uri, 'bob')->status, 404, 'an error of one';
    is ask($uri, 'ann')->status, 200, 'is not that of another';
    is ask($uri, 'bob')->status, 404, 'and the other way round';
}


# --- by address

{
    my $uri = fresh('/plain');
    my %near = (port => 'near');
    my $page = got($uri, 'nobody', %near);

    like $page, qr/^for \[\]/, 'let in by the address';
    is got($uri, 'nobody', %near), $page, 'as the next one from there';
    is ask($uri, 'nobody')->status, 401, 'nobody from elsewhere';
    isnt got($uri, 'nobody', port => 'open'), $page,
        'nor where it is open, under the same key';

    each_their_own($uri, 'from there, known', %near);
    each_their_own($uri, 'from elsewhere');
    is got($uri, 'nobody', %near), $page, 'and still from there';
}


# let in by address as nobody, since the session is one of tomorrow, and known
# by the time the application is told

{
    my $uri = fresh('/post');
    my $connection = $t->connection('near');

    $t->set_clock(1_900_000_000 - 24 * 3600);
    $connection->send("POST $uri HTTP/1.1\r\nHost: localhost\r\n"
                      . "Content-Length: 1\r\nExpect: 100-continue\r\n"
                      . "$cookie{bob}\r\n");
    is $connection->response(continue => 1)->status, 100, 'past the gate';
    $t->set_clock(1_900_000_000);
    $connection->send('x');
    like $connection->response->body, qr/^for \[bob/, 'known in the end';
    like got($uri, 'nobody', method => 'POST', port => 'near'),
        qr/^for \[\]/, 'which is not kept';
}


# --- what comes from the cache is asked for as all is

{
    my $uri = fresh('/strict');

    each_their_own($uri, 'signed in lately');
    $t->set_clock(1_900_000_000 + 400);
    is ask($uri, 'ann')->status, 401, 'not lately: no page from the cache';
    $t->set_clock(1_900_000_000);
    each_their_own($uri, 'lately again');

    # the application was told of her, whose session is over by the answer

    my $asks = fresh('/asks');
    my $connection = $t->connection;

    $connection->send("GET $asks?wait=1 HTTP/1.1\r\nHost: localhost\r\n"
                      . "$cookie{ann}\r\n");
    ok wait_for(sub { -e $t->dir . '/waits' }), 'she asks';
    $t->cli_ok('session', 'revoke', 'ann@example.com');
    $t->write_file('go', '');
    like $connection->response->body, qr/^for \[ann/, 'and gets hers';
    like got($asks, 'nobody'), qr/^for \[\]/, 'which is not kept';

    $t->cli_ok('user', 'disable', 'bob@example.com');
    is ask($uri, 'bob')->status, 401, 'disabled: no page from the cache';
    is ask($uri, 'ann')->status, 401, 'ended: no page from the cache';
}


done_testing;
