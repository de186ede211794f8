#!/usr/bin/perl

# The gate in front of files: however a request is spelt, sent or dressed up,
# nothing of what is behind comes out without a session, and the refusal has
# the form that its reader expects.

use strict;
use warnings;

use JSON::PP;

use Login::Spellings;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_" for qw(html html/secret html/secret/deep html/public);

$t->write_file('html/secret/canary.txt', "canary\n");
$t->write_file('html/secret/index.html', "canary of the index\n");
$t->write_file('html/secret/deep/canary.txt', "canary\n");
$t->write_file('html/public/file.txt', "public\n");
$t->write_file('html/401.html', "our own 401\n");
$t->write_file('html/403.html', "our own 403\n");

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;

    location /login/ { login_portal; }
    location /secret { login on; autoindex on; }
    location /public/ { }
    location = /health { return 200 "healthy"; }
    location /health/ { return 200 "healthy"; }
    location /alias/ { alias %%DIR%%/html/public/; }

    location /address/ {
        login on;
        satisfy any;
        allow 10.0.0.1;
        deny all;
        alias %%DIR%%/html/secret/;
    }

    location /optional { login optional; return 200 "user=$login_user"; }

    location /post {
        limit_except GET { login on; }
        proxy_pass http://127.0.0.1:%%PORT_backend%%;
        proxy_set_header User $login_user;
    }
}

server {
    listen 127.0.0.1:%%PORT_backend%%;
    return 200 "posted by $http_user";
}

server {
    listen 127.0.0.1:%%PORT_all%%;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    login on;

    location /public/ { login off; }
    location = /health { login off; return 200 "healthy"; }
    location / { }
}

server {
    listen 127.0.0.1:%%PORT_pages%%;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    login on;

    error_page 401 /401.html;
    error_page 403 /403.html;

    location ~ ^/40[13]\.html$ { login off; }
    location /secret/ { }
    location /named/ { error_page 401 = @named; }
    location @named { login off; return 200 "named: $uri"; }
    location /away/ { error_page 401 https://other.example/; }
    location /gated/ { error_page 401 /secret/index.html; }
}

server {
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    login on;
}
END

my $portal = 'http://localhost:' . $t->port . '/login/';
my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login') . "\r\n";


# A request as it stands; "more" are whole lines.

sub ask {
    my ($port, $method, $uri, $more) = @_;

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . ($more // '') . "Connection: close\r\n\r\n",
                   port => $port);
}


# No answer, or one that refuses and has nothing of what is behind.

sub refused {
    my ($response, $name, $statuses) = @_;

    $statuses //= qr/^(?:302|400|401|403|404)$/;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $status = $response ? $response->status : 400;
    my $text = !$response ? ''
        : join "\n", $response->body, map { $_->[1] } $response->headers;

    ok $status =~ $statuses && $text !~ /canary of|canary\n/,
        "refused: $name" or diag("$status\n$text");
}


sub uri_of {
    my ($location) = @_;

    my ($value) = ($location // '') =~ /[?&]return_to=([^&]*)$/ or return;

    $value =~ s/%([0-9A-F]{2})/chr hex $1/ge;

    return $value;
}


# --- spellings

{
    my @same = same_spellings();

    cmp_ok scalar(spellings()), '>=', 60, 'many spellings';

    my $reached = 0;

    for my $uri (@same) {
        my $response = ask('', 'GET', $uri, $session);

        $reached++ if $response && $response->body eq "canary\n";
    }

    cmp_ok $reached, '>=', 45, 'with a session, most lead to the file';
}

for my $uri (spellings()) {
    (my $shown = $uri) =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;

    refused(ask('', 'GET', $uri), $shown)
        unless $uri =~ m{^\*$|^http://localhost$};
    refused(ask('all', 'GET', $uri), "$shown, gate on the whole server");

    refused($t->raw("GET $uri HTTP/1.0\r\n\r\n"), "$shown, HTTP/1.0")
        unless $uri =~ m{^\*$|^http://localhost$};
}

{
    # without a status line, and so without a status

    my $connection = $t->connection;

    $connection->send("GET /secret/canary.txt\r\n");
    unlike $connection->rest, qr/^canary/, 'refused: HTTP/0.9';

    $connection = $t->connection('all');

    $connection->send("GET /public/file.txt\r\n");
    is $connection->rest, "public\n", 'HTTP/0.9 itself works';
}

is ask('all', 'GET', '/public/file.txt')->body, "public\n",
    'what is public stays so';
is ask('', 'GET', '/health?x=/secret/canary.txt')->body, 'healthy',
    'also with a query';


# --- who asks, by what is said

{
    for my $claim (claims()) {
        refused(ask('', 'GET', $_, "$claim\r\n"), "$_, $claim", qr/^40[13]$/)
            for '/secret/canary.txt', '/address/canary.txt';
    }

    for my $host ('', 'evil.example', 'localhost:1', 'LOCALHOST',
                  'localhost.', '127.0.0.1', '[::1]', 'a b', 'localhost/x',
                  "localhost\r\nHost: other")
    {
        refused($t->raw("GET /secret/canary.txt HTTP/1.1\r\n"
                        . "Host: $host\r\nConnection: close\r\n\r\n"),
                "Host: $host");
    }
}


# --- methods, ranges, conditions

{
    my $real = ask('', 'GET', '/secret/canary.txt', $session);
    my $etag = $real->header('ETag');
    my $modified = $real->header('Last-Modified');

    is $real->status, 200, 'with a session';
    ok defined $etag && defined $modified, 'the file has an ETag and a date';

    for my $port ('', 'all') {
        for my $method (qw(GET HEAD POST PUT DELETE OPTIONS PROPFIND MKCOL COPY
                           MOVE LOCK PATCH PURGE FOO FOO_BAR A))
        {
            my $response = ask($port, $method, '/secret/canary.txt');

            refused($response, $method, qr/^401$/);
            is $response->header('ETag'), undef, "$method: no ETag";
            is $response->header('Allow'), undef, "$method: no Allow";
        }

        for my $method (qw(TRACE CONNECT get Get)) {
            refused(ask($port, $method, '/secret/canary.txt'), $method,
                    qr/^40[015]$/);
        }
    }

    refused(ask('', 'OPTIONS', '/secret/canary.txt',
                "Origin: http://other.example\r\n"
                . "Access-Control-Request-Method: GET\r\n"),
            'preflight', qr/^401$/);

    my @conditions = (
        'Range: bytes=0-3',
        'Range: bytes=0-0,2-3',
        'Range: bytes=-2',
        'Range: bytes=9999-',
        "Range: bytes=0-3\r\nIf-Range: $etag",
        "If-None-Match: $etag",
        'If-None-Match: *',
        "If-None-Match: W/$etag",
        'If-Match: "other"',
        "If-Match: $etag",
        "If-Modified-Since: $modified",
        'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT',
        "If-Unmodified-Since: $modified",
        'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT',
        'Expect: 100-continue',
        'TE: trailers',
        'Accept-Encoding: gzip',
    );

    for my $condition (@conditions) {
        for my $method (qw(GET HEAD)) {
            my $response = ask('', $method, '/secret/canary.txt',
                               "$condition\r\n");

            refused($response, "$method, $condition", qr/^401$/);

            is join(' ', map { $_ // () } map { scalar $response->header($_) }
                        qw(ETag Last-Modified Accept-Ranges Content-Range)),
                '', 'nothing told of the file';
        }
    }

    is ask('', 'GET', '/secret/canary.txt',
           "${session}Range: bytes=0-3\r\n")->body, 'cana',
        'with a session, ranges work';
    is ask('', 'GET', '/secret/canary.txt',
           "${session}If-None-Match: $etag\r\n")->status, 304,
        'and so do conditions';
}


# --- a person is sent to the portal, and comes back

my %returns = (
    '/secret/canary.txt'    => 1,
    '/secret/'              => 1,
    '/secret/?'             => 1,
    '/secret/a?b=c&d=e'     => 1,
    '/secret/a?b=c%26d+e%20f' => 1,
    '/secret/a%2fb'         => 1,
    '/secret/a%2Fb%3f?x'    => 1,
    '/secret//a//b?c//d'    => 1,
    '/secret/a?x=http://other.example/' => 1,
    '/secret/a?return_to=/x&return_to=/y' => 1,
    '/secret/a?x=%0d%0aSet-Cookie:%20a=b' => 1,
    '/secret/a;b=c,d!e\'f(g)*h~i:j@k$l' => 1,
    '/secret/a?"<>|^`{}[]'  => 1,
    '/secret/a?b?c/../d'    => 1,
    '/secret/%e2%82%ac?%E2' => 1,
    "/secret/\xe2\x82\xac?\xff" => '/secret/%E2%82%AC?%FF',
    '/secret/a?b#c'         => 1,
    '/secret/' . 'x' x 1992 => 1,

    # the server has the portal, so it's that one's path
    'http://evil.example/secret/a?b' => '/secret/a?b',

    # what browsers don't send, and what others could read differently

    '/secret/' . 'x' x 1993 => undef,
    '//secret/a'            => undef,
    '/secret/../secret/a'   => undef,
    '/secret/%2e%2e/secret/a' => undef,
    '/secret/a\\b'          => '/secret/a%5Cb',
    '/secret/a?b\\c'        => '/secret/a?b%5Cc',
    '/secret/a%0a'          => undef,
);

for my $uri (sort keys %returns) {
    my $response = ask('', 'GET', $uri, "Accept: text/html\r\n");
    my $expected = $returns{$uri};
    my $shown = length $uri > 60 ? length($uri) . ' bytes' : $uri;

    $shown =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
    $expected = $uri if defined $expected && $expected eq '1';

    refused($response, "navigation to $shown", qr/^302$/);
    is uri_of($response->location), $expected, 'and where to go afterwards';
    like $response->location,
        defined $expected ? qr/^\Q$portal?return_to=\E[A-Za-z0-9._~%-]+$/
                          : qr/^\Q$portal\E$/, 'by the portal';
}

for my $uri ('/secret/canary.txt?x=%2f&y=a+b', '/secret/?"<>|^`{}[]',
             "/secret/canary.txt?\xff")
{
    my $person = $t->browser;
    my $answer = $person->sign_in('ann@example.com', $password, $uri);
    (my $expected = $uri) =~ s/\xff/%FF/;

    is $answer->status, 303, 'signed in from where the gate sent us';
    is $answer->location, 'http://localhost:' . $t->port . $expected,
        'and back';
    like $person->follow($answer)->body, qr/^canary/, 'there it is';
}

{
    my $response = ask('', 'HEAD', '/secret/canary.txt?x',
                       "Accept: text/html\r\n");

    is $response->status, 302, 'HEAD by a person';
    is uri_of($response->location), '/secret/canary.txt?x', 'as GET';

    $response = ask('all', 'GET', '/secret/canary.txt?x',
                    "Accept: text/html\r\n");

    is $response->status, 302, 'at a server without a portal';
    like $response->location, qr/^\Q$portal\E(?:\?|$)/,
        'the portal is that of the configuration';
}


# --- the form of a refusal

{
    my $html = 'text/html,application/xhtml+xml,*/*;q=0.8';

    my @people = (
        [ "Accept: $html" ],
        [ 'Accept: TEXT/HTML' ],
        [ 'Sec-Fetch-Mode: navigate' ],
        [ 'Sec-Fetch-Mode: navigate', 'Accept: */*' ],
        [ "Accept: $html", 'X-Requested-With: XMLHttpRequest' ],
    );

    my @programs = (
        [ ],
        [ 'Accept: */*' ],
        [ 'Accept: application/json' ],
        [ 'Sec-Fetch-Mode: cors', "Accept: $html" ],
        [ 'Sec-Fetch-Mode: no-cors', "Accept: $html" ],
        [ 'Sec-Fetch-Mode: same-origin' ],
        [ 'Sec-Fetch-Mode: Navigate', "Accept: $html" ],
        [ 'Sec-Fetch-Mode: websocket' ],
        [ 'Upgrade: websocket', 'Sec-Fetch-Mode: navigate' ],
        [ 'Upgrade: websocket', "Accept: $html" ],
        [ 'Content-Type: application/grpc', 'TE: trailers' ],
    );

    for my $lines (@people, @programs) {
        my $person = grep { $_ == $lines } @people;
        my $shown = join(', ', @$lines) || 'nothing said';

        for my $method (qw(GET HEAD POST FOO)) {
            my $response = ask('', $method, '/secret/canary.txt?x',
                               join '', map { "$_\r\n" } @$lines);
            my $redirect = $person && $method =~ /^(?:GET|HEAD)$/;

            refused($response, "$method, $shown",
                    $redirect ? qr/^302$/ : qr/^401$/);
            is $response->header('Cache-Control'), 'no-store', 'not stored';

            next if $redirect;

            is $response->location, undef, 'no redirect';
            is $response->header('Content-Type'),
                $person ? 'text/html; charset=utf-8' : 'application/json',
                'the type that fits';

            next if $method eq 'HEAD';

            if ($person) {
                is $response->page, 'expired', 'a page that helps';
                like $response->body, qr/href="\Q$portal\E"/,
                    'and leads to the portal';
                next;
            }

            is_deeply decode_json($response->body), {
                error     => 'login_required',
                login_url =>
                    "$portal?return_to=%2Fsecret%2Fcanary.txt%3Fx",
            }, 'JSON says so';
        }
    }
}

{
    # the body of what was refused doesn't become the next request

    my $body = "GET /public/file.txt HTTP/1.1\r\nHost: localhost\r\n\r\n" x 9;
    my $head = "Host: localhost\r\nAccept: text/html\r\n";
    my $connection = $t->connection;

    for my $request (
        "Content-Length: " . length($body) . "\r\n\r\n$body",
        "Content-Length: 200000\r\n\r\n" . 'x' x 200000,
        "Transfer-Encoding: chunked\r\n\r\n"
            . sprintf("%x\r\n%s\r\n0\r\n\r\n", length $body, $body),
    ) {
        $connection->send("POST /secret/canary.txt HTTP/1.1\r\n$head$request");
        is $connection->response->page, 'expired', 'a form is refused';

        $connection->send("GET /public/file.txt HTTP/1.1\r\n$head\r\n");
        is $connection->response->body, "public\n",
            'and the connection goes on';
    }
}

{
    # each request of a connection by itself

    my $connection = $t->connection;

    for my $i (1 .. 20) {
        my $with = $i % 3 == 0;

        $connection->send("GET /secret/canary.txt HTTP/1.1\r\n"
                          . "Host: localhost\r\n"
                          . ($with ? $session : '') . "\r\n");

        is $connection->response->status, $with ? 200 : 401,
            $with ? 'with a session' : 'without one';
    }
}


# --- error_page wins

{
    my $html = "Accept: text/html\r\n";
    my $origin = "Upgrade: websocket\r\nOrigin: http://other.example\r\n";
    my $response = ask('pages', 'GET', '/secret/canary.txt', $html);

    is $response->status, 401, 'error_page 401: the status';
    is $response->body, "our own 401\n", 'and the page';

    $response = ask('pages', 'GET', '/named/x', $html);

    is $response->status, 200, 'error_page 401 = @named: its status';
    is $response->body, 'named: /named/x', 'and its body';

    $response = ask('pages', 'GET', '/away/x', $html);

    is $response->status, 302, 'error_page 401 URL: a redirect';
    is $response->location, 'https://other.example/', 'to there';

    $response = ask('pages', 'GET', '/gated/x', $html);

    refused($response, 'error_page that is gated itself', qr/^302$/);
    is uri_of($response->location), undef, 'another server than the portal';
    like $response->location, qr/^\Q$portal\E/, 'by the portal';

    $response = ask('pages', 'GET', '/secret/canary.txt',
                    $session . $origin . $html);

    is $response->status, 403, 'error_page 403: the status';
    is $response->body, "our own 403\n", 'and the page';
}


# --- optional, limit_except, HTTP/2

is ask('', 'GET', '/optional')->body, 'user=', 'optional: let through';
is ask('', 'GET', '/optional', $session)->body, 'user=ann@example.com',
    'and known';

is ask('', 'GET', '/post')->status, 200, 'limit_except: what is excepted';
is ask('', 'HEAD', '/post')->status, 200, 'also HEAD';
refused(ask('', $_, '/post'), "limit_except, $_", qr/^401$/)
    for qw(POST PUT FOO OPTIONS);
is ask('', 'POST', '/post', $session)->body, 'posted by ann@example.com',
    'limit_except: with a session';

SKIP: {
    my $curl = `curl --version 2>/dev/null`;

    skip 'no curl with HTTP/2', 1 unless $curl =~ /HTTP2/;

    for my $with (0, 1, 0) {
        for my $uri ('/secret/canary.txt', '/public/../secret/canary.txt',
                     '//secret/%63anary.txt')
        {
            my ($status, $out) = $t->command({ }, 'curl', '-s', '-i',
                '--http2-prior-knowledge', '--path-as-is',
                $with ? ('-b', 'login=' . $browser->cookie('login')) : (),
                'http://localhost:' . $t->port('h2') . $uri);

            like $out, $with ? qr/^HTTP\/2 200.*canary\n$/s
                : qr/^HTTP\/2 401(?!.*canary\n)/s,
                "HTTP/2, $uri, session: $with";
        }
    }
}


done_testing;
