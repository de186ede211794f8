#!/usr/bin/perl

# Internal redirects that nginx makes by itself, into what is behind the gate:
# for requests that it cannot read, that are too large, too many, for ranges
# and conditions that don't hold, for applications that are not there; and
# what it does after a request, or sends unasked.

use strict;
use warnings;

use Login::Http2;
use Login::Kinds;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_" for qw(html html/secret html/open);
$t->write_file('html/secret/file.txt', "canary of a secret\n");
$t->write_file('html/open/file.txt', "open file\n");

system("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
       . " -keyout '@{[$t->dir]}/key.pem' -out '@{[$t->dir]}/cert.pem'"
       . ' 2>/dev/null') == 0 or die "openssl: $?\n";

my $codes = '400 404 405 408 412 413 414 416 418 429 494 497 500 501 502 503'
    . ' 504 505';

my $locations = $t->write_file('locations.conf', $t->expand(<<'END'));
root %%DIR%%/html;
client_max_body_size 1k;
large_client_header_buffers 2 1k;

location /secret/ { login on; }
location @secret { login on; rewrite ^ /secret/file.txt break; }
location @any {
    login on;
    satisfy any;
    deny all;
    rewrite ^ /secret/file.txt break;
}

location /open/ { }
location /teapot { return 418; }
location /broken { return 500; }
location /down { proxy_pass http://unix:%%DIR%%/nobody.sock; }
location /busy { limit_req zone=few; alias %%DIR%%/html/open/file.txt; }
location /many {
    limit_req zone=few;
    limit_req_status 429;
    alias %%DIR%%/html/open/file.txt;
}
location /cycle { rewrite ^ /cycle last; }
END

my %pages = (
    uri   => "error_page $codes = /secret/file.txt;",
    good  => "error_page $codes =200 /secret/file.txt;",
    named => "error_page $codes = \@secret;",
    any   => "error_page $codes = \@any;",
);

my $servers = join '', map { <<"END" } sort keys %pages;
server {
    listen 127.0.0.1:%%PORT_$_%%;
    listen 127.0.0.1:%%PORT_${_}_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    $pages{$_}
    include $locations;
}
server {
    listen 127.0.0.1:%%PORT_${_}_tls%% ssl;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    ssl_certificate %%DIR%%/cert.pem;
    ssl_certificate_key %%DIR%%/key.pem;
    $pages{$_}
    include $locations;
}
END

$t->run(<<"END");
limit_req_zone \$server_port zone=few:1m rate=1r/m;
log_format seen "\$request_uri";

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;

    location /login/ { login_portal; }

    # after the answer

    location /after { post_action /told; alias %%DIR%%/html/open/file.txt; }
    location /told {
        internal;
        login on;
        proxy_pass http://127.0.0.1:%%PORT_app%%\$request_uri;
    }
}

server {
    listen 127.0.0.1:%%PORT_app%%;
    access_log %%DIR%%/app.log seen;
    location / { return 204; }
}

# what browsers are sent unasked

server {
    listen 127.0.0.1:%%PORT_push_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    http2_push_preload on;

    location /secret/ { login on; }
    location /open/ { }
    location /push {
        http2_push /secret/file.txt;
        http2_push /open/file.txt;
        alias %%DIR%%/html/open/file.txt;
    }
    location /preload {
        add_header Link "</secret/file.txt>; as=fetch; rel=preload";
        alias %%DIR%%/html/open/file.txt;
    }
}

$servers
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login');
my @ports = sort keys %pages;


# --- requests that nginx understands

my $hidden = qr/^(?:302|401|413)$/;
my $mixed = qr/^(?:200|206|302|304|401|405|412|413|416)$/;
my $etag = $t->raw("GET /secret/file.txt HTTP/1.1\r\nHost: a\r\n"
                   . "$session\r\n\r\n", port => 'uri')->header('ETag');

for my $port (@ports) {
    for my $uri (qw(/open/none /teapot /broken /down)) {

        # a proxy waits for the body

        sealed($t, $uri, port => $port, statuses => $hidden,
               $uri eq '/down' ? (except => qr/^Expect/) : ());

        like ask_h1($t, $uri, [ '', 'GET', [ $session ] ], port => $port),
            qr/canary of a secret/, "$port $uri: with a session";
    }

    # one gets through, now and then

    sealed($t, $_, port => $port, statuses => $mixed) for qw(/busy /many);

    # a last redirect that is one too many

    sealed($t, '/cycle', port => $port, statuses => qr/^(?:302|401|413|500)$/);

    # what does not hold for the open file, but does for the other

    sealed($t, '/open/file.txt', port => $port, statuses => $mixed);

    for my $line ('Range: bytes=12-', "If-Match: $etag") {
        sealed($t, '/open/file.txt', port => $port, lines => [ $line ],
               canary => qr/canary|secret\n/, statuses => $mixed);

        like ask_h1($t, '/open/file.txt', [ '', 'GET', [ $session, $line ] ],
                    port => $port), qr/secret\n$/,
            "$port, $line: with a session";
    }
}


# --- requests that it does not

# COOKIE stands where a session may be

my %malformed = (
    'no Host'           => "GET / HTTP/1.1\r\nCOOKIE\r\n",
    'a bad Host'        => "GET / HTTP/1.1\r\nCOOKIEHost: a b\r\n\r\n",
    'two Hosts'         => "GET / HTTP/1.1\r\nCOOKIEHost: a\r\nHost: b\r\n\r\n",
    'a bad length'      => "POST / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Content-Length: x\r\n\r\n",
    'two lengths'       => "POST / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    'length and chunks' => "POST / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Content-Length: 3\r\nTransfer-Encoding: chunked"
                           . "\r\n\r\n0\r\n\r\n",
    'unknown coding'    => "POST / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Transfer-Encoding: x\r\n\r\n",
    'too large'         => "POST / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Content-Length: 2000\r\n\r\n" . 'x' x 2000,
    'too large, chunked' => "POST /down HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Transfer-Encoding: chunked\r\n\r\n"
                           . "800\r\n" . 'x' x 2048 . "\r\n0\r\n\r\n",
    'a bad chunk'       => "POST /down HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    'a long field'      => "GET / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . 'A: ' . 'x' x 3000 . "\r\n\r\n",
    'many fields'       => "GET / HTTP/1.1\r\nHost: a\r\nCOOKIE"
                           . ('A: ' . 'x' x 900 . "\r\n") x 9 . "\r\n",
    'a bad field'       => "GET / HTTP/1.1\r\nHost: a\r\nCOOKIEA\0: b\r\n\r\n",
    'TRACE'             => "TRACE / HTTP/1.1\r\nHost: a\r\nCOOKIE\r\n",
    'a long URI'        => 'GET /' . 'x' x 3000 . " HTTP/1.1\r\nHost: a\r\n"
                           . "COOKIE\r\n",
    'a bad URI'         => "GET /%zz HTTP/1.1\r\nHost: a\r\nCOOKIE\r\n",
    'out of the root'   => "GET /../x HTTP/1.1\r\nHost: a\r\nCOOKIE\r\n",
    'a bad method'      => "get / HTTP/1.1\r\nHost: a\r\nCOOKIE\r\n",
    'CONNECT'           => "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nCOOKIE\r\n",
    'HTTP/3.0'          => "GET / HTTP/3.0\r\nHost: a\r\nCOOKIE\r\n",
    'HTTP/1.x'          => "GET / HTTP/1.x\r\nHost: a\r\nCOOKIE\r\n",
    'no HTTP'           => "\0\1\2\3\r\n\r\n",
    'TLS'               => "\x16\3\1\0\5\1\0\0\1\0\r\n\r\n",
    'no URI'            => "GET\r\n\r\n",
    'HTTP/2'            => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    'plain to TLS'      => "GET / HTTP/1.1\r\nHost: a\r\nCOOKIE\r\n",
);

my %reached;


# Everything that comes back; the other side may well close early.

sub bytes_of {
    my ($bytes, $port) = @_;

    my $connection = $t->connection($port);

    $connection->send($bytes);
    shutdown $connection->socket, 1;

    return eval { $connection->rest } // '';
}


for my $port (@ports) {
    my @shown;

    for my $name (sort keys %malformed) {
        my $tls = $name eq 'plain to TLS' ? '_tls' : '';
        my $without = $malformed{$name} =~ s/COOKIE//r;
        my $with = $malformed{$name} =~ s/COOKIE/$session\r\n/r;

        push @shown, $name if bytes_of($without, $port . $tls) =~ /canary/;
        $reached{$name} = 1 if $with =~ /Cookie/
            && bytes_of($with, $port . $tls) =~ /canary/;
    }

    is join(', ', @shown), '', "$port: no malformed request is shown it";
}

# nginx goes no further than to a line that it cannot read; newer ones read
# that of CONNECT

is join(', ', grep { $_ ne 'CONNECT' && $malformed{$_} =~ /COOKIE/
                     && !$reached{$_} } sort keys %malformed),
    'HTTP/1.x, HTTP/3.0, a bad URI, a bad method, a long URI, out of the root',
    'with a session ahead of the fault, others are';

for my $port (@ports) {
    my @malformed = (
        [ 'GET', '/%zz' ],
        [ 'GET', '/../x' ],
        [ 'GET', '/', [ 'a: ' . 'x' x 3000 ] ],
        [ 'GET', '/', [ 'host: a b' ] ],
        [ 'GET', '/', [ "a\0: b" ] ],
        [ 'TRACE', '/' ],
        [ 'POST', '/down', [ ], 'x' x 2000 ],
        [ 'POST', '/down', [ 'content-length: 5' ], 'x' ],
    );
    my @shown;

    for my $request (@malformed) {
        my ($response) = Login::Http2->new($t->port("${port}_h2"))
            ->ask($request);

        push @shown, "$request->[0] $request->[1]"
            if $response && $response->body =~ /canary/;
    }

    is join(', ', @shown), '', "$port: nor over HTTP/2";
}


# --- after a request

for my $who ('nobody', 'ann', 'nobody-again', 'ann-again') {
    is ask_h1($t, "/after?$who", [ '', 'GET', $who =~ /ann/ ? [ $session ]
                                                              : [ ] ])
        =~ /open file\n$/, 1, "post_action, $who: the answer";
}

wait_for(sub { $t->read_file('app.log') =~ /ann-again/ });

is join(' ', $t->read_file('app.log') =~ /\?(\S+)/g), 'ann ann-again',
    'post_action: only with a session';


# --- unasked: a request that nginx makes up has no cookie

my ($version) = `@{[Login::Test::nginx()]} -v 2>&1` =~ m{nginx/1\.(\d+)};

for my $uri (qw(/push /preload)) {
    for my $lines ([ ], [ $session ]) {
        my $http2 = Login::Http2->new($t->port('push_h2'), push => 1);
        my ($response) = $http2->ask([ 'GET', $uri, $lines ]);
        my %pushed = map { $_->[0] => $http2->response($_->[1]) }
            $http2->pushed;

        is $response->body, "open file\n", "$uri: what was asked for";

        SKIP: {
            skip 'this nginx does not push', 1 if $version >= 25;

            is join(' ', map { "$_ " . $pushed{$_}->status }
                             sort keys %pushed),
                $uri eq '/push' ? '/open/file.txt 200 /secret/file.txt 401'
                    : '/secret/file.txt 401', "$uri: what was pushed";
        }

        is join(' ', grep { $pushed{$_}->body =~ /canary/ } keys %pushed),
            '', 'nothing of what is behind the gate';
    }
}


done_testing;
