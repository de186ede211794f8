#!/usr/bin/perl

# Answers for other proxies (login_forward_auth), byte by byte: who may ask,
# what is believed, and how each answer looks.  With real proxies: see the
# other forward-*.t.

use strict;
use warnings;

use IO::Socket::IP;
use IO::Socket::UNIX;
use JSON::PP;

use Login::Forward qw(damage);
use Login::Test;


my $password = 'correct horse battery staple';
my $html = 'Accept: text/html,*/*;q=0.8';
my $six = IO::Socket::IP->new(LocalHost => '::1', Listen => 1) ? 1 : 0;

my $t = Login::Test->new(clock => time,
                         http => 'login_hash memory=1m passes=1;');

$t->add_user('ann@example.com', $password, '--name', "Ann M\xc3\xb6ller",
             '--role', 'staff', '--role', 'admin');
$t->add_user('bob', $password);

mkdir $t->dir . '/html';
$t->write_file('html/page.html', 'before <!--# include virtual="/auth" -->'
               . ' after');
$t->write_file('html/file.txt', "file\n");

my $conf = <<'END';
login_session idle=20d;
keepalive_requests 100000;

server {
    listen 127.0.0.1:%%PORT%%;
    listen unix:%%DIR%%/socket;
    server_name login.example.com;
    login on;
    login_cookie domain=example.com;
    root %%DIR%%/html;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }

    location = /auth { login_forward_auth from=127.0.0.1; }
    location /auth/ {
        login_forward_auth from=127.0.0.1;
        login_require role=staff;
        location /auth/nested/ { return 200 "canary $login_user"; }
    }
    location ~ ^/regex/\d+$ { login_forward_auth from=127.0.0.1; }

    location = /from/net { login_forward_auth from=10.0.0.0/8,127.0.0.0/31; }
    location = /from/other { login_forward_auth from=127.0.0.2,127.0.0.3; }
    location = /from/unix { login_forward_auth from=unix:; }
    location = /from/six { login_forward_auth from=::1,2001:db8::/32; }

    location = /staff {
        login_forward_auth from=127.0.0.1;
        login_require role=staff;
    }
    location /fresh/ {
        login_require max_age=1h;
        location = /fresh/auth { login_forward_auth from=127.0.0.1; }
        location = /fresh/own {
            login_forward_auth from=127.0.0.1;
            login_require max_age=9d;
        }
    }
    location = /redirect/auto { login_forward_auth from=127.0.0.1; }
    location = /redirect/on {
        login_forward_auth from=127.0.0.1;
        login_redirect on;
    }
    location = /redirect/off {
        login_forward_auth from=127.0.0.1;
        login_redirect off;
    }

    location = /beside/return {
        login_forward_auth from=127.0.0.1;
        return 200 "yes";
    }
    location = /beside/off { login off; login_forward_auth from=127.0.0.1; }
    location = /beside/any {
        login_forward_auth from=127.0.0.1;
        satisfy any;
        allow all;
    }
    location = /beside/deny { login_forward_auth from=127.0.0.1; deny all; }
    location = /beside/if {
        login_forward_auth from=127.0.0.1;
        if ($arg_x) { set $y 1; }
    }
    location = /beside/limit {
        login_forward_auth from=127.0.0.1;
        limit_except GET { allow all; }
    }
    location = /beside/try {
        login_forward_auth from=127.0.0.1;
        try_files /file.txt =404;
    }
    location = /beside/small {
        login_forward_auth from=127.0.0.1;
        client_max_body_size 1;
    }

    location = /sub/request { login off; auth_request /auth; empty_gif; }
    location = /page.html { login off; ssi on; }
    location = /internal/rewrite { login off; rewrite ^ /auth last; }
    location = /internal/error { login off; error_page 404 /auth;
                                 return 404; }
    location = /internal/try { login off; try_files /none /auth; }
    location = /internal/named {
        login off;
        error_page 404 = @away;
        return 404;
    }
    location @away { login off; rewrite ^ /auth last; }
    location = /internal/accel {
        login off;
        proxy_pass http://127.0.0.1:%%PORT_accel%%;
    }
    location = /internal/gated { login on; rewrite ^ /auth last; }
}

server {
    listen 127.0.0.1:%%PORT_accel%%;
    location / { login off; add_header X-Accel-Redirect /auth; return 200; }
}

# its name is no matter: browsers never come here

server {
    listen 127.0.0.1:%%PORT_errors%%;
    server_name auth.internal;
    login_cookie domain=example.com;
    error_page 400 401 403 404 503 = @open;

    location = /auth { login_forward_auth from=127.0.0.1; }
    location = /if {
        login_forward_auth from=127.0.0.1;
        if ($arg_x) { set $y 1; }
    }
    location @open { return 200 "canary"; }
}

server {
    listen 127.0.0.1:%%PORT_realip%%;
    login_cookie domain=example.com;
    set_real_ip_from 127.0.0.0/8;
    real_ip_header X-Forwarded-For;

    location = /client { login_forward_auth from=10.0.0.1; }
    location = /peer { login_forward_auth from=127.0.0.1; }
}

server {
    listen 127.0.0.1:%%PORT_proxy%% proxy_protocol;
    login_cookie domain=example.com;
    set_real_ip_from 127.0.0.0/8;
    real_ip_header proxy_protocol;

    location = /client { login_forward_auth from=10.0.0.1; }
    location = /peer { login_forward_auth from=127.0.0.1; }
}

server {
    listen 127.0.0.1:%%PORT_h2%% http2;
    login_cookie domain=example.com;

    location = /auth { login_forward_auth from=127.0.0.1; }
}
END

$conf .= <<'END' if $six;
server {
    listen [::1]:%%PORT_six%%;
    listen [::ffff:127.0.0.1]:%%PORT_mapped%% ipv6only=off;
    login_cookie domain=example.com;

    location = /six { login_forward_auth from=::1; }
    location = /four { login_forward_auth from=127.0.0.1; }
}
END

$t->run($conf);

my $port = $t->port;
my $portal = "http://login.example.com:$port/login/";
my $here = "http://app.example.com:$port/deep?a=b";

my %asked = (
    'X-Forwarded-Method' => 'GET',
    'X-Forwarded-Proto'  => 'http',
    'X-Forwarded-Host'   => "app.example.com:$port",
    'X-Forwarded-Uri'    => '/deep?a=b',
);


sub sign_in {
    my ($name) = @_;

    my $browser = $t->browser(host => 'login.example.com');

    $browser->sign_in($name, $password);

    return 'Cookie: login=' . ($browser->cookie('login') // die "$name\n");
}


# Lines of what is asked; values of undef are left out, lists come twice.

sub asked {
    my (%change) = @_;

    my %all = (%asked, %change);

    return map { my $name = $_;
                 map { "$name: $_" } ref $all{$name} ? @{ $all{$name} }
                                                     : $all{$name} }
        grep { defined $all{$_} } sort keys %all;
}


sub bytes {
    my ($uri, $lines, %opt) = @_;

    my $method = $opt{method} // 'GET';
    my $version = $opt{version} // '1.1';

    return join "\r\n", "$method $uri HTTP/$version",
        'Host: ' . ($opt{host} // 'login.example.com'), @$lines,
        'Connection: close', '', $opt{body} // '';
}


sub ask {
    my ($uri, $lines, %opt) = @_;

    return $t->raw(bytes($uri, $lines, %opt), port => $opt{port},
                   from => $opt{from});
}


sub unescape {
    my ($text) = @_;

    $text =~ s/%([0-9A-F]{2})/chr hex $1/ge;

    return $text;
}


# Where an answer sends people back to; undef: nowhere.

sub returns {
    my ($r) = @_;

    my ($value) = ($r->location // '') =~ /[?&]return_to=([^&]*)$/ or return;

    return unescape($value);
}


sub granted {
    my ($r, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $r->status, 200, $name;
    is scalar $r->header('Remote-User'), 'ann@example.com', "$name: who it is";
}


# 403 by nginx itself, as of any access module.

sub forbidden {
    my ($r, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $r->status, 403, $name;
    is scalar $r->header('Remote-User'), undef, "$name: nobody is named";
    is $r->location, undef, "$name: nowhere to go";
    unlike $r->body, qr/data-page|"error"|canary/, "$name: nothing of ours";
}


my $ann = sign_in('ann@example.com');
my $bob = sign_in('bob');


# --- yes

{
    my $r = ask('/auth', [ $ann, asked() ]);

    granted($r, 'with a session');
    is $r->body, '', 'an empty body';
    is scalar $r->header('Content-Length'), 0, 'which says so';
    is scalar $r->header('Content-Type'), undef, 'of no type';
    is_deeply { map { $_->[0] => $_->[1] }
                grep { $_->[0] !~ /^(?:Server|Date|Connection)$/ }
                $r->headers }, {
        'Content-Length' => 0,
        'Cache-Control'  => 'no-store',
        'Remote-User'    => 'ann@example.com',
        'Remote-Name'    => "Ann M\xc3\xb6ller",
        'Remote-Email'   => 'ann@example.com',
        'Remote-Groups'  => 'staff,admin',
        'Remote-Org'     => 'default',
    }, 'the identity and nothing else';

    # some proxies leave a client's header where the answer has none

    $r = ask('/auth', [ $bob, asked() ]);

    is_deeply { map { $_ => $r->header($_) }
                map { "Remote-$_" } qw(User Name Email Groups Org) }, {
        'Remote-User' => 'bob', 'Remote-Name' => '', 'Remote-Email' => '',
        'Remote-Groups' => '', 'Remote-Org' => 'default',
    }, 'what is empty is there, and empty';

    granted(ask('/auth', [ $ann, asked() ], version => '1.0'), 'by HTTP/1.0');
    granted(ask('/auth', [ $ann ]), 'without a word of what was asked');
    granted(ask('/auth?x=y', [ $ann, asked() ]), 'with a query');
    granted(ask('/auth/', [ $ann, asked() ]), 'in a prefix location');
    granted(ask('/auth/any/thing', [ $ann, asked() ]), 'below it');
    granted(ask('/regex/1', [ $ann, asked() ]), 'in a regex location');
    granted(ask('/auth', [ $ann, asked() ], port => 'errors',
                host => 'auth.internal'), 'at a server of another name');
    granted(ask('/auth', [ $ann, 'Remote-User: root', 'Remote-Name: x',
                           asked() ]), 'what the client claims is nothing');

    for my $method (qw(HEAD POST PUT DELETE OPTIONS PROPFIND PATCH FOO)) {
        granted(ask('/auth', [ $ann, asked() ], method => $method),
                "asked by $method");
        is ask('/auth', [ asked() ], method => $method)->status, 401,
            "asked by $method without a session";
    }
}


# what the client wants to know of the application is not about this answer

for my $line ('If-Match: "x"', 'If-None-Match: *', 'If-None-Match: "x"',
              'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT',
              'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT',
              'Range: bytes=0-1', 'Range: bytes=9-', 'If-Range: "x"',
              'Expect: 100-continue', 'Accept-Encoding: gzip',
              'TE: trailers', 'Accept: text/plain')
{
    for my $method (qw(GET HEAD PUT)) {
        granted(ask('/auth', [ $ann, $line, asked('X-Forwarded-Method' =>
            $method) ], method => $method), "$method, $line");
    }

    is ask('/auth', [ $line, asked() ])->status, 401,
        "$line, without a session";
}


# --- bodies are dropped, and the connection goes on

{
    my $body = "GET / HTTP/1.1\r\nHost: login.example.com\r\n\r\n" x 9;
    my $connection = $t->connection;

    for my $uri (qw(/auth /beside/small)) {
        for my $lines ([ $ann ], [ ]) {
            for my $request (
                'Content-Length: ' . length($body) . "\r\n\r\n$body",
                "Content-Length: 2000000\r\n\r\n" . 'x' x 2000000,
                "Transfer-Encoding: chunked\r\n\r\n"
                    . sprintf("%x\r\n%s\r\n0\r\n\r\n", length $body, $body),
            ) {
                $connection->send(join "\r\n", "POST $uri HTTP/1.1",
                    'Host: login.example.com', @$lines, asked(), $request);

                is $connection->response->status, @$lines ? 200 : 401,
                    "$uri: a body";
            }
        }
    }

    $connection->send("GET / HTTP/1.1\r\nHost: login.example.com\r\n$ann"
                      . "\r\n\r\n");
    is $connection->response->body, 'canary ann@example.com', 'and goes on';
}


# --- who may ask

{
    my @lines = ($ann, asked());

    granted(ask('/from/net', \@lines), 'of a network');
    forbidden(ask('/from/net', \@lines, from => '127.0.0.2'),
              'beside the network');
    forbidden(ask('/auth', \@lines, from => '127.0.0.2'), 'another address');
    granted(ask('/from/other', \@lines, from => '127.0.0.2'),
            'the first address of two');
    granted(ask('/from/other', \@lines, from => '127.0.0.3'), 'the second');
    forbidden(ask('/from/other', \@lines), 'neither');
    forbidden(ask('/from/unix', \@lines), 'not a socket');
    forbidden(ask('/from/six', \@lines), 'not by IPv6');

    my $mark = $t->log_mark;

    forbidden(ask('/auth', [ asked() ], from => '127.0.0.2'),
              'another address, without a session');
    ok $t->wait_log(qr/\[error\].*access\ forbidden,\ "login_forward_auth"
        \ does\ not\ name\ "127\.0\.0\.2",\ add\ it\ to\ "from="/x, $mark),
        'the log says what to do';

    # what is said of the client is nothing

    for my $claim ('X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1',
                   'Forwarded: for=127.0.0.1', 'Host: 127.0.0.1')
    {
        my $r = ask('/auth', [ $ann, $claim, asked() ], from => '127.0.0.2');

        is $r->status, $claim =~ /^Host/ ? 400 : 403, "claims $claim";
    }

    # not even where realip believes it

    for my $row ([ '/client', '127.0.0.1', '10.0.0.1', 403 ],
                 [ '/client', '127.0.0.2', '10.0.0.1', 403 ],
                 [ '/peer', '127.0.0.1', '10.0.0.1', 200 ],
                 [ '/peer', '127.0.0.2', '127.0.0.1', 403 ],
                 [ '/peer', '127.0.0.1', '127.0.0.2', 200 ])
    {
        my ($uri, $from, $client, $status) = @$row;

        is ask($uri, [ $ann, "X-Forwarded-For: $client", asked() ],
               port => 'realip', from => $from)->status, $status,
            "$uri, from $from for $client by realip";

        is $t->raw("PROXY TCP4 $client 127.0.0.1 1234 80\r\n"
                   . bytes($uri, [ $ann, asked() ]), port => 'proxy',
                   from => $from)->status, $status,
            "$uri, from $from for $client by the PROXY protocol";
    }

    # sockets, and IPv6

    my $over = sub {
        my ($socket, $uri) = @_;

        my $connection = Login::Connection->over($socket // die "$@ $!\n");

        $connection->send(bytes($uri, \@lines));
        return $connection->response;
    };

    my $unix = sub { IO::Socket::UNIX->new(Peer => $t->dir . '/socket') };

    granted($over->($unix->(), '/from/unix'), 'over a socket');
    forbidden($over->($unix->(), '/auth'), 'a socket is no address');

    SKIP: {
        skip 'no IPv6', 11 unless $six;

        my $to = sub {
            IO::Socket::IP->new(PeerHost => $_[0], PeerPort => $t->port($_[1]))
        };

        granted($over->($to->('::1', 'six'), '/six'), 'by IPv6');
        forbidden($over->($to->('::1', 'six'), '/four'), 'IPv6 is not IPv4');

        # a listener of both has IPv4 as IPv6

        granted($over->($to->('127.0.0.1', 'mapped'), '/four'),
                'IPv4 at a listener of IPv6');
        forbidden($over->($to->('127.0.0.1', 'mapped'), '/six'),
                  'which it is not');
    }

    SKIP: {
        skip 'no curl with HTTP/2', 5
            unless (`curl --version 2>/dev/null` // '') =~ /HTTP2/;

        my $curl = sub {
            my ($from, @more) = @_;

            my ($status, $out) = $t->command({ }, 'curl', '-s', '-i',
                '--http2-prior-knowledge', '--interface', $from,
                (map { ('-H', $_) } asked(), @more),
                'http://127.0.0.1:' . $t->port('h2') . '/auth');

            return $out;
        };

        like $curl->('127.0.0.1', $ann), qr{^HTTP/2\ 200.*
            remote-user:\ ann\@example\.com}sx, 'HTTP/2';
        like $curl->('127.0.0.1'), qr{^HTTP/2 401}, 'HTTP/2 without a session';
        like $curl->('127.0.0.1', $html),
            qr{^HTTP/2\ 302.*location:\ \Q$portal\E\?return_to=http%3A%2F%2F
               app\.example\.com%3A$port%2Fdeep%3Fa%3Db\r\n}sx,
            'HTTP/2, a person';
        like $curl->('127.0.0.2', $ann), qr{^HTTP/2 403},
            'HTTP/2 from another address';
        unlike $curl->('127.0.0.2', $ann), qr/remote-user/, 'with nothing';
    }
}


# --- no: its form, by what was asked for, who waits, and who asks

my @clients = (
    # name, lines, a navigation, in a frame
    [ 'a person', [ $html ], 1, 0 ],
    [ 'a browser', [ 'Sec-Fetch-Mode: navigate', $html ], 1, 0 ],
    [ 'a frame', [ 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe',
                   $html ], 1, 1 ],
    [ 'a script', [ 'Sec-Fetch-Mode: cors', $html ], 0, 0 ],
    [ 'a program', [ 'Accept: */*' ], 0, 0 ],
    [ 'a WebSocket', [ 'Upgrade: websocket', $html ], 0, 0 ],
    [ 'a WebSocket without Upgrade', [ 'Sec-WebSocket-Key: x', $html ], 0,
      0 ],
);

my @methods = (
    # what is said, whether it reads
    [ 'GET', 1 ], [ 'HEAD', 1 ], [ 'POST', 0 ], [ 'get', 0 ], [ undef, 0 ],
    [ '', 0 ], [ 'GET,GET', 0 ], [ [ 'GET', 'GET' ], 0 ],
    [ [ 'GET', 'POST' ], 0 ],
);

for my $redirect (qw(auto on off)) {
    for my $client (@clients) {
        my ($name, $lines, $navigation, $framed) = @$client;

        for my $method (@methods) {
            my ($said, $reads) = @$method;

            for my $version ('1.0', '1.1') {
                my $r = ask("/redirect/$redirect", [ @$lines,
                    asked('X-Forwarded-Method' => $said) ],
                    version => $version);
                my $moved = $reads && ($redirect eq 'on'
                    || $redirect eq 'auto' && $navigation && !$framed
                       && $version eq '1.1');
                my $told = $moved || $reads && $navigation && !$framed;
                my $what = join ', ', "redirect $redirect", $name,
                    ref $said ? "@$said" : $said // 'nothing', $version;

                my $type = $moved || $navigation ? 'text/html; charset=utf-8'
                    : 'application/json';

                is join('|', $r->status, $r->header('Content-Type'),
                        $r->header('Cache-Control'), returns($r) // '',
                        $r->page // ''),
                    join('|', $moved ? 302 : 401, $type, 'no-store',
                         $told ? $here : '',
                         !$moved && $navigation ? 'expired' : ''), $what;

                is $r->location, undef, "$what: no Location" unless $told;

                if (!$moved && !$navigation) {
                    is_deeply decode_json($r->body), {
                        error => 'login_required',
                        login_url => "$portal?return_to="
                            . Login::Browser::escape($here),
                    }, "$what: JSON";
                }
            }
        }
    }
}

{
    # the page is shown on another host, so it names all by its URL

    my $r = ask('/auth', [ $html, asked('X-Forwarded-Method' => 'POST') ]);

    like $r->body, qr/href="\Q$portal\Eassets\/login\.\w+\.css"/,
        'the style of the page';
    like $r->body, qr/href="\Q$portal\E"/, 'and its link';
    unlike $r->body, qr/(?:href|action|src)="\//, 'no path is left';
    like $r->header('Content-Security-Policy'),
        qr/style-src 'self' \Qhttp:\/\/login.example.com:$port\E/,
        'which is allowed';

    $r = ask('/auth', [ 'Content-Type: application/grpc', asked() ]);
    is scalar $r->header('grpc-status'), 16, 'what gRPC looks at';

    # another answer that asks for something else

    $r = ask('/staff', [ $bob, $html, asked() ]);
    is $r->status, 403, 'without the role';
    is $r->page, 'denied', 'a page says so';
    is $r->location, undef, 'without a redirect';
    like $r->body, qr/\Q$portal\E\?switch=1&amp;return_to=\Q${\
        Login::Browser::escape($here)}\E"/, 'another account, and back';
    unlike $r->body, qr/(?:href|action|src)="\//, 'no path is left';
    is scalar $r->header('Remote-User'), undef, 'nobody is named';

    is ask('/staff', [ $bob, asked() ])->body, '{"error":"denied"}',
        'JSON says so';
    is ask('/staff', [ $bob, $html, asked() ], version => '1.0')->status, 403,
        'also by HTTP/1.0';
    is ask('/auth/x', [ $bob, $html, asked() ])->status, 403,
        'in a prefix location';
    is ask('/staff', [ $html, asked() ])->status, 302,
        'without a session first that';
    granted(ask('/staff', [ $ann, asked() ]), 'with the role');

    for my $cookie ('Cookie: login=', 'Cookie: login=forged',
                    "$ann; login=x", "${ann}x", "$ann\r\n$ann", $ann =~
                    s/login=/Login=/r, $ann =~ s/login=/__Host-login=/r)
    {
        my $r = ask('/auth', [ $cookie, asked() ]);

        is $r->status, 401, 'a cookie that does not count';
        is scalar $r->header('Remote-User'), undef, 'nobody is named';
    }
}


# --- what is believed of where to come back to

{
    my $to = sub { returns(ask('/auth', [ $html, asked(@_) ])) };

    is $to->(), $here, 'back to where it was';

    my $at = "http://app.example.com:$port";

    for my $row (

        # changed, and where to; undef: nowhere

        [ 'X-Forwarded-Uri', '/', "$at/" ],
        [ 'X-Forwarded-Uri', '//x//', "$at//x//" ],
        [ 'X-Forwarded-Uri', "/caf\xc3\xa9?\\", "$at/caf%C3%A9?%5C" ],
        [ 'X-Forwarded-Uri', '/?x=%0d%0aSet-Cookie:%20a=b',
          "$at/?x=%0d%0aSet-Cookie:%20a=b" ],
        [ 'X-Forwarded-Uri', '/?return_to=//evil.example&x',
          "$at/?return_to=//evil.example&x" ],
        [ 'X-Forwarded-Uri', '/@evil.example/', "$at/\@evil.example/" ],
        [ 'X-Forwarded-Uri', '/' . 'x' x (1999 - length $at),
          "$at/" . 'x' x (1999 - length $at) ],
        [ 'X-Forwarded-Uri', '/' . 'x' x (2000 - length $at), undef ],
        [ 'X-Forwarded-Uri', '/' . 'x' x 5000, undef ],
        [ 'X-Forwarded-Uri', undef, undef ],
        [ 'X-Forwarded-Uri', '', undef ],
        [ 'X-Forwarded-Uri', '*', undef ],
        [ 'X-Forwarded-Uri', 'x', undef ],
        [ 'X-Forwarded-Uri', '@evil.example/', undef ],
        [ 'X-Forwarded-Uri', '.evil.example/', undef ],
        [ 'X-Forwarded-Uri', ':80@evil.example/', undef ],
        [ 'X-Forwarded-Uri', 'http://evil.example/', undef ],
        [ 'X-Forwarded-Uri', "http://app.example.com:$port/", undef ],
        [ 'X-Forwarded-Uri', '/a/../b', undef ],
        [ 'X-Forwarded-Uri', '/%2e%2e/b', undef ],
        [ 'X-Forwarded-Uri', '/%0d%0aX: y', undef ],
        [ 'X-Forwarded-Uri', '/%', undef ],
        [ 'X-Forwarded-Uri', "/x\ty", undef ],
        [ 'X-Forwarded-Uri', "/x\x01", undef ],
        [ 'X-Forwarded-Uri', "/x\x7f", undef ],
        [ 'X-Forwarded-Uri', '/x y', undef ],
        [ 'X-Forwarded-Uri', [ '/deep', '/deep' ], undef ],
        [ 'X-Forwarded-Uri', [ '/deep', '/other' ], undef ],

        [ 'X-Forwarded-Host', 'app.example.com',
          'http://app.example.com/deep?a=b' ],
        [ 'X-Forwarded-Host', "APP.Example.COM:$port", $here ],
        [ 'X-Forwarded-Host', 'a.b.example.com:80',
          'http://a.b.example.com:80/deep?a=b' ],
        [ 'X-Forwarded-Host', "login.example.com:$port",
          "http://login.example.com:$port/deep?a=b" ],
        [ 'X-Forwarded-Host', 'app.example.com:1', undef ],
        [ 'X-Forwarded-Host', 'evil.example', undef ],
        [ 'X-Forwarded-Host', 'evilexample.com', undef ],
        [ 'X-Forwarded-Host', 'app.example.com.evil.example', undef ],
        [ 'X-Forwarded-Host', 'app.example.com@evil.example', undef ],
        [ 'X-Forwarded-Host', 'evil.example#.example.com', undef ],
        [ 'X-Forwarded-Host', 'evil.example/.example.com', undef ],
        [ 'X-Forwarded-Host', 'evil.example\\.example.com', undef ],
        [ 'X-Forwarded-Host', 'app.example.com, evil.example', undef ],
        [ 'X-Forwarded-Host', 'evil.example, app.example.com', undef ],
        [ 'X-Forwarded-Host', 'app.example.com.', undef ],
        [ 'X-Forwarded-Host', 'app.example.com/', undef ],
        [ 'X-Forwarded-Host', 'app.example.com:', undef ],
        [ 'X-Forwarded-Host', '.example.com', undef ],
        [ 'X-Forwarded-Host', "app.example.com\tx", undef ],
        [ 'X-Forwarded-Host', undef, undef ],
        [ 'X-Forwarded-Host', '', undef ],
        [ 'X-Forwarded-Host', [ ("app.example.com:$port") x 2 ], undef ],
        [ 'X-Forwarded-Host', [ "app.example.com:$port", 'evil.example' ],
          undef ],

        # https would be allowed as well: the portal has none itself

        [ 'X-Forwarded-Proto', 'https',
          "https://app.example.com:$port/deep?a=b" ],
        [ 'X-Forwarded-Proto', 'HTTP', undef ],
        [ 'X-Forwarded-Proto', 'ws', undef ],
        [ 'X-Forwarded-Proto', 'javascript', undef ],
        [ 'X-Forwarded-Proto', 'http,http', undef ],
        [ 'X-Forwarded-Proto', 'http://evil.example/', undef ],
        [ 'X-Forwarded-Proto', undef, undef ],
        [ 'X-Forwarded-Proto', '', undef ],
        [ 'X-Forwarded-Proto', [ 'http', 'http' ], undef ],
    ) {
        my ($name, $value, $expected) = @$row;
        my $shown = ref $value ? join ' and ', @$value : $value // 'missing';

        $shown = length($shown) . ' bytes' if length $shown > 60;
        $shown =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;

        my $r = ask('/auth', [ $html, asked($name => $value) ]);

        is $r->status, 302, "$name $shown";
        is returns($r), $expected, 'and back';
        is $r->location, $portal, 'to the portal all the same'
            unless defined $expected;

        # JSON as well

        my $url = decode_json(ask('/auth',
            [ asked($name => $value) ])->body)->{login_url};

        is $url, $r->location, 'the same for a program';
    }

    # other names are not believed

    for my $name (qw(X-Original-URL X-Original-URI X-Original-Method
                     X-Rewrite-URL X-Forwarded-Prefix X-Forwarded-Port
                     X-Forwarded-Path X_Forwarded_Host X-Forwarded-Server
                     Forwarded Referer Origin))
    {
        my $value = "http://evil.example/$name";

        is returns(ask('/auth', [ $html, asked($name => $value) ])), $here,
            "$name: nothing";
        is ask('/auth', [ $html, "$name: $value" ])->location, undef,
            "$name alone: nothing either";
    }
}

{
    # F01, in each place where somebody could have a word

    my $json = JSON::PP->new->allow_nonref;
    my @payloads = map { $json->decode($_) } grep { /^"/ }
        map { my $line = $_; utf8::decode($line); $line }
        split /\n/, $t->read_file("$Login::Test::ROOT/t/unit/data/"
                                  . 'redirects.txt');
    my $connection = $t->connection;
    my ($n, @wrong) = (0);

    for my $payload (@payloads) {
        utf8::encode($payload);

        next if $payload =~ /[\r\n\0]/;

        $n++;

        for my $name (sort keys %asked) {
            for my $value ($payload, "/$payload", "app.example.com$payload") {
                $connection->send(join "\r\n", 'GET /redirect/on HTTP/1.1',
                    'Host: login.example.com', asked($name => $value), '',
                    '');

                my $r = $connection->response;
                my $to = returns($r);

                next if ($r->location // '') =~
                        m{^\Q$portal\E(?:\?return_to=[\w.~%-]+)?$}
                    && (!defined $to
                        || $to =~ m{^http://(?:[a-z0-9-]+\.)*example\.com
                                    (?::(?:80|$port))?/[\x21-\x7e]*$}x);

                next if $r->status == 401 && $name eq 'X-Forwarded-Method';

                push @wrong, "$name: $value -> " . ($r->location // 'none');
            }
        }
    }

    cmp_ok $n, '>', 400, 'payloads';
    is join("\n", splice @wrong, 0, 20), '', 'none leads away';
}


# --- lines in lines

for my $end ("\r\n", "\n", "\r", "\0") {
    for my $name (sort keys %asked) {
        my $r = $t->raw(bytes('/auth', [ $html, asked($name =>
            "$asked{$name}${end}X-Injected: 1") ]));

        # a line end is one, and a header of the client's is none of ours

        next unless $r;

        is scalar $r->header('X-Injected'), undef, "$name: no header";
        unlike $r->location // '', qr/Injected/i, 'nor in Location';
    }
}


# --- WebSockets

{
    my $own = 'http://app.example.com';
    my $other = 'http://app.other.example';

    for my $line ('Upgrade: websocket', 'Sec-WebSocket-Key: abc') {
        for my $row (
            # Origin, what was asked for, what comes of it
            [ $own, {}, 200 ],
            [ "$own:$port", {}, 200 ],
            [ undef, {}, 200 ],
            [ 'http://login.example.com', {}, 200 ],
            [ 'http://evil.example', {}, 403 ],
            [ 'null', {}, 403 ],
            [ "$own.evil.example", {}, 403 ],
            [ "$own/x", {}, 403 ],
            [ [ $own, 'http://evil.example' ], {}, 403 ],

            # own is what was asked for, and nothing else

            [ $other, {}, 403 ],
            [ $other, { 'X-Forwarded-Host' => 'app.other.example' }, 200 ],
            [ $other, { 'X-Forwarded-Host' => 'APP.other.example:8443' },
              200 ],
            [ $other, { 'X-Forwarded-Host' => [ ('app.other.example') x 2 ] },
              403 ],
            [ $other, { 'X-Forwarded-Host' => undef }, 403 ],
            [ $other, { 'X-Forwarded-Host' => '' }, 403 ],
        ) {
            my ($origin, $asked, $status) = @$row;
            my @lines = ($ann, $line, asked(%$asked,
                                            Origin => $origin));
            my $r = ask('/auth', \@lines);

            is $r->status, $status, "$line, Origin "
                . (ref $origin ? "@$origin" : $origin // 'none');
            is $r->body, '{"error":"denied"}', 'JSON' if $status == 403;
        }

        is ask('/auth', [ $ann, $line, "Origin: $other",
                          asked('X-Forwarded-Host' => undef) ],
               host => 'app.other.example')->status, 403,
            "$line: the host of the question is another matter";
    }

    is ask('/auth', [ $ann, 'Origin: http://evil.example', asked() ])->status,
        200, 'other requests may come from anywhere';
}


# --- what stands beside it

{
    for my $uri (qw(/beside/return /beside/off /beside/any /beside/if
                    /beside/if?x=1 /beside/limit /beside/try /beside/small))
    {
        for my $method (qw(GET POST)) {
            my $r = ask($uri, [ asked() ], method => $method);

            is $r->status, 401, "$method $uri: refused";
            unlike $r->body, qr/yes|file/, 'whatever else answers';
            is ask($uri, [ $ann, asked() ], method => $method)->status, 200,
                "$method $uri: let through";
        }

        next if $uri =~ /return|try/;

        granted(ask($uri, [ $ann, asked() ]), $uri);
    }

    is ask('/beside/deny', [ $ann, asked() ])->status, 403, 'deny refuses too';

    # a 200 would be a yes

    for my $uri (qw(/auth /if /if?x=1)) {
        my $r = ask($uri, [ asked() ], port => 'errors');

        is $r->status, 401, "$uri: error_page does not count";
        is decode_json($r->body)->{error}, 'login_required', 'but ours';

        forbidden(ask($uri, [ $ann, asked() ], port => 'errors',
                      from => '127.0.0.2'), "$uri: for strangers as well");
        granted(ask($uri, [ $ann, asked() ], port => 'errors'), $uri);
    }

    # inside of the location there is another one, which is gated

    my $r = ask('/auth/nested/x', [ asked() ]);

    is $r->status, 401, 'a location inside: gated as all of the server';
    is decode_json($r->body)->{login_url},
        "$portal?return_to=%2Fauth%2Fnested%2Fx", 'by itself';
    is ask('/auth/nested/x', [ $ann ])->body, 'canary ann@example.com',
        'with a session';
    is ask('/auth/nested/x', [ $bob ])->status, 403, 'and the role';
}


# --- only by its own address

{
    my $mark = $t->log_mark;

    for my $uri (qw(/sub/request /internal/rewrite /internal/try
                    /internal/named /internal/accel /internal/gated
                    /internal/error))
    {
        my $r = ask($uri, [ $ann, asked() ]);

        is $r->status, 403, "$uri: refused";
        is scalar $r->header('Remote-User'), undef, 'nobody is named';
    }

    is ask('/sub/request', [ asked() ])->status, 403,
        'a subrequest without a session';

    my $r = ask('/page.html', [ $ann, asked() ]);
    like $r->body, qr/^before .* after/s, 'a page that includes it';
    unlike $r->body, qr/ann/, 'has nothing of it';

    ok $t->wait_log(qr/\[error\].*must\ be\ asked\ for\ by\ its\ own
        \ address/x, $mark), 'the log says why';
}


# --- nowhere else

{
    my $b = $t->browser(host => 'login.example.com');

    for my $headers ({ %asked }, map { { $_ => $asked{$_} } } sort keys %asked)
    {
        my $what = join ', ', sort keys %$headers;
        my $r = $b->get('/x?y', headers => $headers);

        is $r->location, "$portal?return_to=%2Fx%3Fy", "a gate, $what";

        $r = $b->post('/x?y', { a => 'b' }, headers => $headers);
        is $r->status, 401, 'a form stays one';
        is $r->page, 'expired', 'with its page';
        like $r->body, qr/href="\/login\/assets\//, 'of its own server';

        $r = $b->fetch('/x?y', headers => $headers);
        is decode_json($r->body)->{login_url},
            "$portal?return_to=%2Fx%3Fy", 'and JSON';

        $r = $b->get('/login/', headers => $headers);
        unlike $r->body, qr/deep|app\.example/, 'the portal knows nothing';
    }

    # neither does the check of a WebSocket

    my @lines = ($ann, 'Upgrade: websocket', 'Origin: http://other.example');

    is ask('/x', [ @lines, asked('X-Forwarded-Host' => 'other.example') ])
        ->status, 403, 'a WebSocket at a gate';
    is ask('/x', [ $ann, 'Sec-WebSocket-Key: x',
                   'Origin: http://other.example' ])->status, 200,
        'which needs an Upgrade there';
}


# --- time goes by

{
    my $r = ask('/fresh/auth', [ $ann, $html, asked() ]);

    is $r->status, 200, 'signed in just now';

    $t->set_clock($t->{clock} + 2 * 3600);

    my $old;

    ok wait_for(sub {
        $old = ask('/fresh/auth', [ $ann, $html, asked() ]);
        return $old->status != 200;
    }), 'too long ago';

    is $old->status, 302, 'a condition of the outer location';
    is $old->location, "$portal?need=login&return_to="
        . Login::Browser::escape($here), 'to sign in once more, and back';
    is ask('/fresh/auth', [ $ann, $html, asked() ], version => '1.0')
        ->location, $old->location, 'said to HTTP/1.0 as well';
    is ask('/fresh/own', [ $ann, asked() ])->status, 200,
        'its own conditions come in their place';

    # the session lives on

    is scalar $r->cookies, 0, 'no new cookie each time';

    $t->set_clock($t->{clock} + 2 * 86400);

    ok wait_for(sub {
        $r = ask('/auth', [ $ann, asked() ]);
        return $r->cookie('login');
    }), 'but in time';

    granted($r, 'with it');
    is_deeply [ sort keys %{ $r->cookie('login')->{attributes} } ],
        [ qw(domain httponly max-age path samesite) ], 'as the portal sets it';
    like join(',', $r->header('Cache-Control')), qr/no-store/,
        'which nobody keeps';

    $ann = 'Cookie: login=' . $r->cookie('login')->{value};

    ok !ask('/auth', [ $ann, asked() ])->cookie('login'), 'once';
    ok ask('/staff', [ $bob, asked() ])->cookie('login'),
        'also with a refusal for want of a role';

    # and ends

    $t->set_clock($t->{clock} + 21 * 86400);

    ok wait_for(sub {
        $r = ask('/auth', [ $ann, asked() ]);
        return $r->status == 401;
    }), 'or it ends';

    ok !$r->cookie('login'), 'for good';

    $ann = sign_in('ann@example.com');
    granted(ask('/auth', [ $ann, asked() ]), 'signed in anew');

    $t->cli_ok('session', 'revoke', 'ann@example.com');
    is ask('/auth', [ $ann, asked() ])->status, 401, 'ended at once';

    $ann = sign_in('ann@example.com');
    $t->cli_ok('user', 'disable', 'ann@example.com');
    is ask('/auth', [ $ann, asked() ])->status, 401, 'and for the disabled';
    $t->cli_ok('user', 'enable', 'ann@example.com');
    $ann = sign_in('ann@example.com');
}


# --- faults

{
    my $mend = damage($t, 'ann@example.com');

    for my $version ('1.0', '1.1') {
        my $r = ask('/auth', [ $ann, asked() ], version => $version);

        is $r->status, 503, "HTTP/$version: the store is damaged";
        is_deeply decode_json($r->body), { error => 'unavailable' }, 'JSON';
        ok $r->header('Retry-After'), 'when to try again';
        is scalar $r->header('Remote-User'), undef, 'nobody is named';

        $r = ask('/auth', [ $ann, $html, asked() ], version => $version);
        is $r->status, 503, 'a person';
        is $r->page, 'error', 'a page';
        is $r->location, undef, 'and nowhere to go';

        is ask('/auth', [ $ann, asked() ], version => $version,
               port => 'errors')->status, 503, 'whatever error_page says';
    }

    is ask('/auth', [ $bob, asked() ])->status, 401,
        'who has nothing to be looked up';

    $mend->();
    granted(ask('/auth', [ $ann, asked() ]), 'mended');
}


# --- the only thing of its nginx, with a portal elsewhere

{
    my $other = Login::Test->new(http => 'login_hash memory=1m passes=1;');

    $other->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name _;
    login_portal_url https://login.example.org/in/;
    login_cookie domain=example.org;

    location = /auth { login_forward_auth from=127.0.0.1; }
    location = /cookies { return 200 $http_cookie; }
}
END

    my $r = $other->raw(bytes('/auth', [ asked(
        'X-Forwarded-Proto' => 'https',
        'X-Forwarded-Host' => 'app.example.org') ]));

    is $r->status, 401, 'a portal elsewhere';
    is decode_json($r->body)->{login_url}, 'https://login.example.org/in/'
        . '?return_to=https%3A%2F%2Fapp.example.org%2Fdeep%3Fa%3Db',
        'is where to sign in';

    # it knows no http

    is decode_json($other->raw(bytes('/auth', [ asked(
        'X-Forwarded-Host' => 'app.example.org') ]))->body)->{login_url},
        'https://login.example.org/in/', 'and back by https only';

    is $other->raw(bytes('/cookies', [
        'Cookie: a=b; __Secure-login=c; d=e' ]))->body, 'a=b; d=e',
        'the cookie is cut out here as well';
}


# --- nginx -t

my $c = Login::Test->new;


sub around {
    my ($lines, %opt) = @_;

    my $location = $opt{location} // '= /auth';

    return <<"END";
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    login_cookie domain=example.com;
    ${\ ($opt{server} // '')}
    location /login/ { login_portal; }
    location $location { $lines }
}
${\ ($opt{http} // '')}
END
}


my $from = 'login_forward_auth from=127.0.0.1;';

$c->conf_ok(around($from), 'a good one');
$c->conf_ok(around($_), $_) for
    'login_forward_auth from=127.0.0.1,10.0.0.0/8,::1,2001:db8::/32,unix:;',
    'login_forward_auth from=unix:;',
    'login_forward_auth from=0.0.0.0/0;',
    "login off; $from",
    "$from login_redirect off;",
    "$from login_require role=a;",
    "login_require role=a; $from",
    "$from error_page 401 /x;",
    "$from satisfy any; deny all;",
    "$from limit_except GET { deny all; }";
$c->conf_ok(around($from, location => $_), "location $_")
    for '/auth', '^~ /auth', '~ ^/auth', '~* /auth', '/';
$c->conf_ok(around($from, server => 'login on;'), 'in a server with a gate');
$c->conf_ok(around("location = /a/b { $from }", location => '/a/'),
            'in another location');
$c->conf_ok(around('', location => '/login/x')
            =~ s/login_portal;/login_portal; location = \/login\/a { $from }/r,
            'inside of the portal');

# what is inherited is not asked for, and "optional" no matter either

$c->conf_ok(around($from, server => "login $_;"), "login $_ around it")
    for qw(on off optional);

for my $row (
    [ 'login_forward_auth;', 'invalid number of arguments in '
      . '"login_forward_auth" directive' ],
    [ 'login_forward_auth from=::1 from=127.0.0.1;',
      'invalid number of arguments in "login_forward_auth" directive' ],
    [ 'login_forward_auth from=::1 x;', 'invalid number of arguments' ],
    [ "$from $from", '"login_forward_auth" directive is duplicate' ],
    (map { [ "login_forward_auth $_;", "invalid parameter \"$_\" in "
             . '"login_forward_auth" directive, it must be like '
             . '"from=192.0.2.1,unix:"' ] }
        qw(x from from= From=127.0.0.1 form=127.0.0.1 127.0.0.1 on)),
    [ 'login_forward_auth "";', 'invalid parameter ""' ],
    (map { [ "login_forward_auth from=$_->[0];", "invalid address \"$_->[1]\""
             . ' in "login_forward_auth" directive, it must be like '
             . '"192.0.2.1", "2001:db8::/32" or "unix:"' ] }
        [ 'x', 'x' ], [ 'localhost', 'localhost' ], [ 'all', 'all' ],
        [ '127.0.0.1,', '' ], [ ',127.0.0.1', '' ], [ '::1,,::2', '' ],
        [ '127.0.0.1,x', 'x' ], [ '127.0.0.256', '127.0.0.256' ],
        [ '127.0.0.1:80', '127.0.0.1:80' ], [ '[::1]', '[::1]' ],
        [ '10.0.0.0/33', '10.0.0.0/33' ], [ '10.0.0.0/', '10.0.0.0/' ],
        [ '::/129', '::/129' ], [ 'unix:/x', 'unix:/x' ],
        [ 'unix', 'unix' ], [ '$arg_x', '$arg_x' ], [ '127.1', '127.1' ]),
    [ 'login_forward_auth "from=127.0.0.1, ::1";', 'invalid address " ::1"' ],

    [ "login on; $from", '"login" directive must not be in location "/auth", '
      . 'which has "login_forward_auth"' ],
    [ "$from login optional;", '"login" directive must not be in location '
      . '"/auth", which has "login_forward_auth"' ],
    [ "proxy_pass http://127.0.0.1:1; $from", '"login_forward_auth" directive '
      . 'must not be beside another one that answers requests' ],
    [ "$from proxy_pass http://127.0.0.1:1;", '"login_forward_auth" directive '
      . 'in location "/auth" must not be beside another one that answers '
      . 'requests' ],
    [ "$from empty_gif;", 'in location "/auth" must not be beside another' ],
    [ "$from if (\$arg_x) { proxy_pass http://127.0.0.1:1; }",
      'must not be beside another one that answers requests' ],
    [ "$from limit_except GET { proxy_pass http://127.0.0.1:1; }",
      'must not be beside another one that answers requests' ],
    [ "if (\$arg_x) { $from }", '"login_forward_auth" directive is not allowed '
      . 'here' ],
    [ "limit_except GET { $from }", '"login_forward_auth" directive is not '
      . 'allowed here' ],
) {
    $c->conf_error(around($row->[0]), qr/\Q$row->[1]\E/, $row->[0]);
}

$c->conf_error(around($from, location => '@auth'),
    qr/"login_forward_auth" directive must not be in a named location/,
    'a named location');
$c->conf_error(around('', server => $from), qr/is not allowed here/,
               'in a server');
$c->conf_error(around('', http => $from), qr/is not allowed here/, 'in http');
$c->conf_error(around('') =~ s/login_portal;/login_portal; $from/r,
    qr/must not be beside another one/, 'beside the portal');
$c->conf_error(around('') =~ s/login_portal;/$from login_portal;/r,
    qr/must not be beside another one/, 'beside the portal, in front');
$c->conf_error(around("$from location = /auth/x { login_require role=a; }",
                      location => '/auth/'),
    qr/"login_require" directive has no effect where "login" is off/,
    'a location inside is none of it');

{
    my ($status, @lines) = $c->conf_test(around(
        'login_forward_auth from=10.0.0.1/8;'));

    is $status, 0, 'low bits are taken';
    is scalar(grep { m{\[warn\] .*low address bits of "10\.0\.0\.1/8" are } }
              @lines), 1, 'with a warning';
}

# which portal, and its cookie


sub alone {
    my ($lines) = @_;

    return "server { listen 127.0.0.1:%%PORT_b%%; server_name b.internal;"
        . " location = /auth { $from } $lines }";
}

$c->conf_error(alone(''), qr/there\ is\ "login_forward_auth",\ but
    \ no\ location\ has\ "login_portal",\ set\ "login_portal_url"/x,
    'no portal');
$c->conf_error(alone('login on;'), qr/"login" is on, but no/,
               'no portal, with a gate');
$c->conf_ok(alone('login_portal_url https://x.example/login/;'),
            'a portal elsewhere');
$c->conf_error(around('', http => alone('')),
    qr/"login_cookie" differs in name or domain/,
    'another cookie than the portal');
$c->conf_ok(around('', http => alone(
    'login_cookie domain=example.com;')),
    'the same, and a name that it does not reach');
$c->conf_error(around('', http => alone(
    'login_cookie domain=example.com; location /x { login on; }')),
    qr/does not reach the server name "b\.internal"/, 'unless there is a gate');
$c->conf_error(alone('login_portal_url http://x.example/login/;'
    . ' login_cookie samesite=none;'), qr/"samesite=none" needs https/,
    'a cookie that no browser takes');

done_testing;
