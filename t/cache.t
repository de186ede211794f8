#!/usr/bin/perl

# Caches of nginx behind the gate: by whatever protocol and key, nobody gets
# a page that was made for another, nor a cookie of ours; and everybody gets
# their own from the cache.

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
$t->write_file('html/page.html',
               'parts: <!--# include virtual="/proxy/part" -->');

# Answers with whom it was told of and a number that no other answer has.

Login::Backend->application($t, $t->expand(<<'END'));
use strict;
use warnings;

my $n = 0;

sub {
    my ($env) = @_;

    my %query = map { s/%([0-9a-f]{2})/chr hex $1/gier }
        map { split /=/, $_, 2 } split /&/, $env->{QUERY_STRING};
    my $user = $env->{HTTP_REMOTE_USER} // $env->{REMOTE_USER} // '';

    select undef, undef, undef, 0.02 if $query{slow};

    return [ 304, [ 'ETag' => '"x"' ], [] ]
        if $query{etag} && ($env->{HTTP_IF_NONE_MATCH} // '') eq '"x"';

    return [ $query{status} // 200,
             [ 'Content-Type' => 'text/plain',
               $query{etag} ? ('ETag' => '"x"') : (),
               $query{vary} ? ('Vary' => $query{vary}) : (),
               $query{control} ? ('Cache-Control' => $query{control}) : (),
               $query{cookie} ? ('Set-Cookie' => 'app=' . $user) : () ],
             [ "for [$user] $$." . $n++
               . ($query{accept} ? " $env->{HTTP_ACCEPT_LANGUAGE}" : '') ] ];
};
END

my %pass = (
    proxy   => 'proxy_pass http://unix:%%DIR%%/http.sock;',
    fastcgi => 'fastcgi_pass unix:%%DIR%%/fastcgi.sock;'
               . ' include /etc/nginx/fastcgi_params;',
    uwsgi   => 'uwsgi_pass unix:%%DIR%%/uwsgi.sock;'
               . ' include /etc/nginx/uwsgi_params;',
    scgi    => 'scgi_pass unix:%%DIR%%/scgi.sock;'
               . ' include /etc/nginx/scgi_params;',
);

my $zones = join "\n", map {
    "${_}_cache_path %%DIR%%/cache-$_ keys_zone=$_:1m levels=1;"
} sort keys %pass;

my %more = (
    ''        => 'KIND_cache_key $request_uri;',
    '-key'    => 'KIND_cache_key "$login_id$request_uri";',
    '-plain'  => '',
    '-vary'   => 'KIND_cache_key $request_uri;'
                 . ' KIND_ignore_headers Vary Cache-Control Set-Cookie'
                 . ' Expires;',
    '-lock'   => 'KIND_cache_key $request_uri; KIND_cache_lock on;',
    '-stale'  => 'KIND_cache_key $request_uri;'
                 . ' KIND_cache_use_stale updating error timeout http_500;'
                 . ' KIND_cache_background_update on;',
    '-again'  => 'KIND_cache_key $request_uri; KIND_cache_revalidate on;',
);

my $locations = '';

for my $kind (sort keys %pass) {
    for my $more (sort keys %more) {
        (my $lines = $more{$more}) =~ s/KIND/$kind/g;

        # only HTTP has a key where none is set

        next if $lines eq '' && $kind ne 'proxy';

        $locations .= <<"END";
    location /$kind$more/ {
        $pass{$kind}
        include %%ROOT%%/conf/login_params;
        ${kind}_cache $kind;
        ${kind}_cache_valid any 10s;
        $lines
        add_header X-Cache \$upstream_cache_status;
    }
END
    }
}

$t->run(<<"END");
$zones
underscores_in_headers on;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;
    login on;

    location /login/ { login_portal; }
$locations

    location = /page.html { ssi on; }

    location /optional/ {
        login optional;
        $pass{proxy}
        include %%ROOT%%/conf/login_params;
        proxy_cache proxy;
        proxy_cache_key \$request_uri;
        proxy_cache_valid any 10s;
    }

    location /any/ {
        satisfy any;
        allow 127.0.0.0/8;
        login_require role=nobody;
        $pass{proxy}
        include %%ROOT%%/conf/login_params;
        proxy_cache proxy;
        proxy_cache_key \$request_uri;
        proxy_cache_valid any 10s;
    }

    location /out/ { try_files /none \@cached; }
    location \@cached {
        login off;
        $pass{proxy}
        include %%ROOT%%/conf/login_params;
        proxy_cache proxy;
        proxy_cache_key \$request_uri;
        proxy_cache_valid any 10s;
    }

    location = /mark { return 200 "[\$http_login_account]"; }
}

server {
    listen 127.0.0.1:%%PORT_open%%;
    server_name localhost;

    location /told/ {
        $pass{proxy}
        proxy_set_header Remote-User \$login_user;
        proxy_cache proxy;
        proxy_cache_valid any 10s;
    }

    location /mark { return 200 "[\$http_login_account]"; }

    # the same keys as behind the gate

    location / {
        $pass{proxy}
        proxy_cache proxy;
        proxy_cache_key \$request_uri;
        proxy_cache_valid any 10s;
        add_header X-Cache \$upstream_cache_status;
    }
}
END

my (%cookie, %id, $unique);

for my $who (qw(ann bob)) {
    my $browser = $t->browser;

    $browser->sign_in("$who\@example.com", $password);
    $cookie{$who} = 'Cookie: login=' . $browser->cookie('login') . "\r\n";
}

$cookie{nobody} = '';


sub ask {
    my ($uri, $who, $more, $port) = @_;

    return $t->raw("GET $uri HTTP/1.1\r\nHost: localhost\r\n$cookie{$who}"
                   . ($more // '') . "Connection: close\r\n\r\n",
                   port => $port);
}


sub got { ask(@_)->body }


# A page that nobody has asked for.

sub fresh { $_[0] . '/' . ++$unique . '?' . ($_[1] // '') }


# Whoever comes first, each gets their own, and the same again.

sub each_their_own {
    my ($uri, $name, @who) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my %page;

    for my $round (1 .. 3) {
        for my $who (@who) {
            my $body = got($uri, $who);
            my $user = $who eq 'nobody' ? '' : "$who\@example.com";

            like $body, qr/^for \[$user\] /, "$name: $who, round $round";
            $page{$who} //= $body;
            is $body, $page{$who}, "$name: from the cache";
        }
    }
}


# --- each protocol, each kind of key

for my $kind (sort keys %pass) {
    for my $more (sort keys %more) {
        next if $more eq '-plain' && $kind ne 'proxy';

        for my $query ('', 'vary=Accept-Language', 'control=public,max-age=9',
                       'etag=1', 'status=404',
                       $more eq '-vary' ? 'vary=*' : ())
        {
            each_their_own(fresh("/$kind$more", $query),
                           "$kind$more, $query", qw(ann bob));
        }

        my $uri = fresh("/$kind$more");

        got($uri, 'ann');
        is ask($uri, 'nobody')->status, 401, "$kind$more: nobody else";
        unlike got($uri, 'nobody'), qr/for \[/, 'and nothing of it';
    }
}

is ask(fresh('/proxy'), 'ann')->header('X-Cache'), 'MISS', 'first a miss';
{
    my $uri = fresh('/proxy');

    got($uri, 'ann');
    is ask($uri, 'ann')->header('X-Cache'), 'HIT', 'then a hit';
    is ask($uri, 'ann')->header('Cache-Control'), 'private',
        'which is private to browsers';
}

# where the names don't fit, nothing is kept

{
    my $uri = fresh('/proxy', 'vary=' . join ',', map { "x-long-name-$_" }
                    1 .. 9);

    isnt got($uri, 'ann'), got($uri, 'ann'), 'a Vary that is too long';
    like got($uri, 'bob'), qr/^for \[bob/, 'is nobody else\'s';
}


# --- where some are let in without a session

each_their_own(fresh('/optional'), 'optional', @$_)
    for [ qw(nobody ann bob) ], [ qw(ann nobody bob) ];
each_their_own(fresh('/any'), 'by address', @$_)
    for [ qw(nobody ann bob) ], [ qw(bob ann nobody) ];
each_their_own(fresh('/out'), 'behind an internal redirect', qw(ann bob));

for my $who (qw(ann bob)) {
    for (1 .. 2) {
        like got('/page.html', $who), qr/parts: for \[$who/,
            "$who: a cached part of a page";
    }
}


# --- an open server with the same keys, and with what it must not be told

for my $more ('', 'Login-Account: %s', 'login-account: %s',
              "Login-Account: %s\r\nLogin-Account: x", 'Login_Account: %s')
{
    my ($id) = got('/mark', 'ann') =~ /^\[([0-9a-f]{32})\]$/;

    ok $id, 'the header that tells who asks';

    my $header = $more && sprintf("$more\r\n", $id);

    for my $first ('', 'open') {
        my $uri = fresh('/proxy');

        ask($uri, $first ? 'nobody' : 'ann', $header, $first);

        for (1 .. 2) {
            like got($uri, 'nobody', $header, 'open'), qr/^for \[\] /,
                "open, \"$more\": nobody's page";
            like got($uri, 'ann', $header), qr/^for \[ann/,
                'hers behind the gate';
            like got($uri, 'bob', $header), qr/^for \[bob/, 'his as well';
        }

        is ask($uri, $_, $header, 'open')->header('X-Cache'), 'HIT',
            "open, \"$more\": one page, $_" for qw(nobody ann);
    }

    is got('/mark', 'nobody', $header, 'open'), '[]',
        'cut also where it is open';
}

# what is let in by its address is not for those outside

for my $first ('', 'open') {
    my $uri = fresh('/any');
    my $page = got($uri, 'nobody', '', $first);

    isnt got($uri, 'nobody', '', $first ? '' : 'open'), $page,
        'by address, then open: another page' unless $first;
    isnt got($uri, 'nobody'), $page,
        'open, then by address: another page' if $first;
    is got($uri, 'nobody', '', $first), $page, 'and the same again';
}

{
    my $uri = fresh('/told');

    like got($uri, 'ann', '', 'open'), qr/^for \[ann/,
        'open, but told who is there';
    like got($uri, 'nobody', '', 'open'), qr/^for \[\]/, 'nobody';
    like got($uri, 'bob', '', 'open'), qr/^for \[/, 'somebody';
    unlike got($uri, 'bob', '', 'open'), qr/ann/, 'never another';
}


# --- stale and revalidated pages keep whose they are

for my $more (qw(-again -stale)) {
    my $uri = fresh("/proxy$more", 'etag=1');
    my $status = $more eq '-again' ? 'REVALIDATED' : 'STALE';

    got($uri, $_) for qw(ann bob);

    for my $step (1 .. 3) {
        $t->set_clock(1_900_000_000 + 20 * $step + ($more eq '-stale') * 100);

        for my $who (qw(bob ann)) {
            my $response = ask($uri, $who);

            is $response->header('X-Cache'), $status,
                "$more: $status, step $step";
            like $response->body, qr/^for \[$who/, "$more: $who";
        }

        # in the background it takes a moment

        for my $who (qw(ann bob)) {
            my $response;

            ok wait_for(sub {
                $response = ask($uri, $who);
                return $response->header('X-Cache') eq 'HIT';
            }), "$more: a hit again";
            like $response->body, qr/^for \[$who/, "$more: $who";
        }
    }
}

$t->set_clock(1_900_000_000);


# --- cookies are nobody else's

{
    my $uri = fresh('/proxy-vary', 'cookie=1');
    my $response = ask($uri, 'ann');

    is $response->header('Set-Cookie'), 'app=ann@example.com',
        'a cookie of the application, kept against its will';
    is ask($uri, 'bob')->header('Set-Cookie'), 'app=bob@example.com',
        'each gets their own';

    # a twentieth of the idle time later, ours is issued anew

    $t->set_clock(1_900_000_000 + 2 * 24 * 3600);
    $uri = fresh('/proxy-vary');
    $response = ask($uri, 'ann');

    ok $response->cookie('login'), 'a page with a new cookie of ours';

    my @files = glob $t->dir . '/cache-proxy/*/*';

    ok @files > 0, 'the cache has files';
    is scalar(grep { $t->read_file($_) =~ /login=/ } @files), 0,
        'none has a cookie of ours';

    $response = ask($uri, 'bob');
    like $response->body, qr/^for \[bob/, 'the same page for another';
    isnt $response->cookie('login'), ask($uri, 'ann')->cookie('login'),
        'with a cookie of his own';
    $t->set_clock(1_900_000_000);
}


# --- two at once

# in tens, since nginx looks only every half a second whether it is its turn

{
    my $wrong = 0;

    for my $ten (1 .. 20) {
        my @open;

        for my $round (1 .. 10) {
            my $uri = fresh('/proxy-lock', 'slow=1');

            for my $who ($round % 2 ? qw(ann bob) : qw(bob ann)) {
                my $connection = $t->connection;

                $connection->send("GET $uri HTTP/1.1\r\nHost: localhost\r\n"
                                  . "$cookie{$who}\r\n");
                push @open, [ $who, $connection ];
            }
        }

        for my $pair (@open) {
            my ($who, $connection) = @$pair;

            $wrong++ unless $connection->response->body =~ /^for \[$who\@/;
        }
    }

    is $wrong, 0, 'two at once on one key, 200 times: each their own';
}


# --- what is over is over

{
    my $uri = fresh('/proxy');

    got($uri, 'ann');
    $t->cli_ok('session', 'revoke', 'ann@example.com');
    is ask($uri, 'ann')->status, 401, 'a cached page after the session';
}


done_testing;
