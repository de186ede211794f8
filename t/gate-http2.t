#!/usr/bin/perl

# The gate over HTTP/2: requests that HTTP/1.1 cannot say, fields of which
# there are too many, too few or wrong ones, and many on one connection, each
# of which is decided by itself.

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();

use Login::Http2;
use Login::Spellings;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { map { ("$_\@example.com" => $password) } qw(ann bob) },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_" for qw(html html/secret html/secret/deep html/public);

$t->write_file('html/secret/canary.txt', "canary\n");
$t->write_file('html/secret/index.html', "canary of the index\n");
$t->write_file('html/secret/deep/canary.txt', "canary\n");
$t->write_file('html/public/file.txt', "public\n");


# --- an application that says yes to every upgrade

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0,
                                   Listen => 64, ReuseAddr => 1)
    or die "listen: $!\n";
my $app = $listen->sockport;
my $pid = fork // die "fork: $!\n";

if ($pid == 0) {
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{TERM} = 'DEFAULT';

    while (my $client = $listen->accept) {
        my $head = '';

        until ($head =~ /\r\n\r\n/) {
            sysread $client, $head, 65536, length $head or last;
        }

        syswrite $client, $head =~ /^Upgrade: \S/mi
            ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
              . "Connection: Upgrade\r\n\r\ncanary of a tunnel\n"
            : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ncanary of it\n";
    }

    POSIX::_exit(0);
}

END {
    my $status = $?;

    kill 'TERM', $pid;
    waitpid $pid, 0;

    $? = $status;
}


my $errors = join "\n", map { "error_page $_ /secret/canary.txt;" }
    400, 404, 405;

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    root %%DIR%%/html;

    location /login/ { login_portal; }
    location /secret { login on; autoindex on; }
    location /public/ { }
    location = /health { return 200 "healthy"; }
    location /health/ { return 200 "healthy"; }
    location /alias/ { alias %%DIR%%/html/public/; }
    location = /who { login on; return 200 "canary of \$login_user"; }

    location /address/ {
        login on;
        satisfy any;
        allow 10.0.0.1;
        deny all;
        alias %%DIR%%/html/secret/;
    }

    location = /app { login on; proxy_pass http://127.0.0.1:$app; }

    location = /socket {
        login on;
        proxy_pass http://127.0.0.1:$app;
        proxy_http_version 1.1;
        proxy_set_header Upgrade \$http_upgrade;
        proxy_set_header Connection upgrade;
    }
}

server {
    listen 127.0.0.1:%%PORT_all%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    login on;

    location /public/ { login off; }
    location = /health { login off; return 200 "healthy"; }
    location / { }
}

# what is wrong leads to what is guarded

server {
    listen 127.0.0.1:%%PORT_error%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    recursive_error_pages on;
    $errors

    location /secret/ { login on; error_page 400 404 405 /none; }
}
END

my (%cookie, %browser);

for my $who (qw(ann bob)) {
    $browser{$who} = $t->browser;

    is $browser{$who}->sign_in("$who\@example.com", $password)->status, 303,
        "$who is signed in";
    $cookie{$who} = [ 'cookie', 'login=' . $browser{$who}->cookie('login') ];
}

my $portal = 'http://localhost:' . $t->port . '/login/';


sub shown {
    my ($text) = @_;

    return $text =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ger;
}


sub fields {
    my ($method, $path, @more) = @_;

    return [ [ ':method', $method ], [ ':scheme', 'http' ], [ ':path', $path ],
             [ ':authority', 'localhost' ], @more ];
}


# Each list of fields on a connection of its own; undef where there was no
# answer.

sub ask {
    my ($port, $fields, %opt) = @_;

    my $http2 = Login::Http2->new($t->port($port));

    return scalar $http2->wait($http2->start($fields, %opt));
}


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


# --- A01, A02: spellings

{
    my $reached = 0;

    for my $path (same_spellings()) {
        my $response = ask('h2', fields('GET', $path, $cookie{ann}));

        $reached++ if $response && $response->body eq "canary\n";
    }

    cmp_ok $reached, '>=', 45, 'with a session, most lead to the file';

    for my $path (spellings()) {
        my $name = shown($path);

        refused(ask($_, fields('GET', $path)), "$_, $name") for qw(h2 all);
        refused(ask('h2', fields('GET', $path, [ 'accept', 'text/html' ])),
                "a person, $name");
        refused(ask('error', fields('GET', $path)), "error_page, $name",
                qr/^(?:301|400|401|403|404)$/);
    }

    is ask('all', fields('GET', '/public/file.txt'))->body, "public\n",
        'what is public stays so';
    is ask('h2', fields('GET', '/health?x=/secret/canary.txt'))->body,
        'healthy', 'also with a query';

    my $response = ask('h2', fields('GET', '/secret/a?b=c&d=%20%2f',
                                    [ 'accept', 'text/html' ]));

    is $response->status, 302, 'a person is sent to the portal';
    is $response->location, "$portal?return_to=%2Fsecret%2Fa%3Fb%3Dc%26d%3D"
        . '%2520%252f', 'and comes back';
}


# --- A04: who asks, by what is said

for my $claim (claims()) {
    my ($name, $value) = $claim =~ /^(.*?): ?(.*)/;

    refused(ask('h2', fields('GET', $_, [ lc $name, $value ])),
            "$_, $claim", qr/^40[13]$/)
        for '/secret/canary.txt', '/address/canary.txt';
}

for my $authority ('', 'evil.example', 'localhost:1', 'LOCALHOST', 'localhost.',
                   '127.0.0.1', '[::1]', 'a b', 'localhost/x', 'localhost@x',
                   "localhost\0", "localhost\r\nhost: x")
{
    refused(ask('h2', [ [ ':method', 'GET' ], [ ':scheme', 'http' ],
                        [ ':path', '/secret/canary.txt' ],
                        [ ':authority', $authority ] ]),
            ':authority ' . shown($authority));
}

for my $scheme (qw(https file HTTP x+y-z.1)) {
    refused(ask('h2', [ [ ':method', 'GET' ], [ ':scheme', $scheme ],
                        [ ':path', '/secret/canary.txt' ],
                        [ ':authority', 'localhost' ] ]),
            ":scheme $scheme", qr/^401$/);
}


# --- A09: methods, ranges, conditions

{
    my $real = ask('h2', fields('GET', '/secret/canary.txt', $cookie{ann}));
    my $etag = $real->header('ETag');
    my $modified = $real->header('Last-Modified');

    ok defined $etag && defined $modified, 'the file has an ETag and a date';

    for my $port (qw(h2 all)) {
        for my $method (qw(GET HEAD POST PUT DELETE OPTIONS PROPFIND PROPPATCH
                           MKCOL COPY MOVE LOCK UNLOCK PATCH PURGE FOO FOO_BAR
                           FOO-BAR A), 'A' x 1000)
        {
            my $response = ask($port, fields($method, '/secret/canary.txt'));

            refused($response, "$port, $method", qr/^401$/);
            is join(' ', map { $_ // () } map { scalar $response->header($_) }
                        qw(ETag Last-Modified Allow Accept-Ranges)),
                '', "$method: tells nothing of the file";
        }

        for my $method (qw(TRACE CONNECT get Get), '', ' ', 'GET /', "G\0T",
                        "GET\r\n", 'G:T', "\xc3\xa9")
        {
            refused(ask($port, fields($method, '/secret/canary.txt')),
                    "$port, " . shown($method), qr/^40[05]$/);
            refused(ask($port, fields($method, '/secret/canary.txt',
                                      $cookie{ann})),
                    "$port, with a session, " . shown($method), qr/^40[05]$/);
        }
    }

    refused(ask('h2', fields('OPTIONS', '/secret/canary.txt',
                             [ 'origin', 'http://other.example' ],
                             [ 'access-control-request-method', 'GET' ])),
            'preflight', qr/^401$/);

    my @conditions = (
        [ 'range', 'bytes=0-3' ],
        [ 'range', 'bytes=0-0,2-3' ],
        [ 'range', 'bytes=-2' ],
        [ 'range', 'bytes=9999-' ],
        [ 'if-range', $etag ],
        [ 'if-none-match', $etag ],
        [ 'if-none-match', '*' ],
        [ 'if-match', $etag ],
        [ 'if-match', '"other"' ],
        [ 'if-modified-since', $modified ],
        [ 'if-modified-since', 'Thu, 01 Jan 2099 00:00:00 GMT' ],
        [ 'if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT' ],
        [ 'expect', '100-continue' ],
        [ 'te', 'trailers' ],
        [ 'accept-encoding', 'gzip' ],
    );

    for my $condition (@conditions) {
        for my $method (qw(GET HEAD)) {
            my $response = ask('h2', fields($method, '/secret/canary.txt',
                $condition, $condition->[0] eq 'if-range'
                            ? [ 'range', 'bytes=0-3' ] : ()));

            refused($response, "$method, @$condition", qr/^401$/);
            is join(' ', map { $_ // () } map { scalar $response->header($_) }
                        qw(ETag Last-Modified Accept-Ranges Content-Range)),
                '', 'nothing told of the file';
        }
    }

    is ask('h2', fields('GET', '/secret/canary.txt', $cookie{ann},
                        [ 'range', 'bytes=0-3' ]))->body, 'cana',
        'with a session, ranges work';
    is ask('h2', fields('GET', '/secret/canary.txt', $cookie{ann},
                        [ 'if-none-match', $etag ]))->status, 304,
        'and so do conditions';
}


# --- A10: nothing becomes of an upgrade

# nginx of 1.31 and later refuses it anywhere, before the gate can

for my $lines (
    [ [ 'upgrade', 'websocket' ] ],
    [ [ 'upgrade', 'websocket' ], [ 'connection', 'Upgrade' ],
      [ 'sec-websocket-version', '13' ],
      [ 'sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==' ] ],
    [ [ 'upgrade', 'h2c' ], [ 'http2-settings', 'AAMAAABkAAQAAP__' ] ],
) {
    my $shown = join ', ', map { $_->[0] } @$lines;
    my $open = ask('h2', fields('GET', '/health', @$lines))->status;

    ok $open == 200 || $open == 400, "$shown where nothing is guarded"
        or diag($open);

    my ($out, $elsewhere) = $open == 400 ? (qr/^400$/) x 2
        : (qr/^401$/, qr/^403$/);

    for my $path (qw(/socket /app /secret/canary.txt)) {
        refused(ask('h2', fields('GET', $path, @$lines)), "$path, $shown",
                $out);
        refused(ask('h2', fields('GET', $path, @$lines,
                                 [ 'accept', 'text/html' ],
                                 [ 'sec-fetch-mode', 'navigate' ])),
                "$path, $shown, a person", $out);
        refused(ask('h2', fields('GET', $path, @$lines, $cookie{ann},
                                 [ 'origin', $_ ])),
                "$path, $shown, with a session, from $_", $elsewhere)
            for qw(http://evil.example null);
    }
}

for my $more ([ ], [ $cookie{ann} ]) {
    for my $path (qw(/socket /secret/canary.txt)) {
        my $shown = "$path, " . (@$more ? 'with' : 'without') . ' a session';

        # RFC 8441

        refused(ask('h2', [ [ ':method', 'CONNECT' ],
                            [ ':protocol', 'websocket' ],
                            [ ':scheme', 'http' ], [ ':path', $path ],
                            [ ':authority', 'localhost' ],
                            [ 'sec-websocket-version', '13' ], @$more ]),
                "extended CONNECT, $shown", qr/^400$/);

        # RFC 9113, 8.5

        refused(ask('h2', [ [ ':method', 'CONNECT' ],
                            [ ':authority', 'localhost:22' ], @$more ]),
                "CONNECT, $shown", qr/^40[05]$/);
    }
}


# --- what is malformed

{
    my %good = (':method' => 'GET', ':scheme' => 'http',
                ':path' => '/secret/canary.txt', ':authority' => 'localhost');
    my @order = qw(:method :scheme :path :authority);


    # The usual fields with some of another value (undef: missing), and more.

    my $with = sub {
        my ($change, @more) = @_;

        my %all = (%good, %$change);

        return [ (map { defined $all{$_} ? [ $_, $all{$_} ] : () } @order),
                 @more ];
    };

    my $open = '/public/file.txt';
    my $path = '/secret/canary.txt';

    # refused without a session for whatever reason; "1": also with one

    my @malformed = (
        [ 'two :path', 1, $with->({ ':path' => $open }, [ ':path', $path ]) ],
        [ 'two :path, the other way', 1,
          $with->({}, [ ':path', $open ]) ],
        [ 'the same :path twice', 1, $with->({}, [ ':path', $path ]) ],
        [ 'no :path', 1, $with->({ ':path' => undef }) ],
        [ 'an empty :path', 1, $with->({ ':path' => '' }) ],
        [ 'two :method', 1, $with->({}, [ ':method', 'GET' ]) ],
        [ 'no :method', 1, $with->({ ':method' => undef }) ],
        [ 'two :scheme', 1, $with->({}, [ ':scheme', 'http' ]) ],
        [ 'no :scheme', 1, $with->({ ':scheme' => undef }) ],
        [ 'an empty :scheme', 1, $with->({ ':scheme' => '' }) ],
        [ 'a bad :scheme', 1, $with->({ ':scheme' => 'ht tp' }) ],
        [ 'two :authority', 1, $with->({}, [ ':authority', 'localhost' ]) ],
        [ ':authority and another host', 1, $with->({}, [ 'host', 'other' ]) ],
        [ ':authority and the same host', 0,
          $with->({}, [ 'host', 'localhost' ]) ],
        [ 'neither', 1, $with->({ ':authority' => undef }) ],
        [ 'two hosts', 1, $with->({ ':authority' => undef },
                                  [ 'host', 'localhost' ], [ 'host', 'x' ]) ],
        [ 'a host alone', 0, $with->({ ':authority' => undef },
                                     [ 'host', 'localhost' ]) ],
        [ ':status', 1, $with->({}, [ ':status', '200' ]) ],
        [ ':protocol', 1, $with->({}, [ ':protocol', 'websocket' ]) ],
        [ 'an unknown pseudo-field', 1, $with->({}, [ ':user', 'ann' ]) ],
        [ 'a colon alone', 1, $with->({}, [ ':', 'x' ]) ],
        [ 'a name in upper case', 1, $with->({}, [ 'Cookie', 'a=b' ]) ],
        [ 'a pseudo-field in upper case', 1, $with->({}, [ ':Path', $path ]) ],
        [ 'an empty name', 1, $with->({}, [ '', 'x' ]) ],
        [ 'a blank in a name', 1, $with->({}, [ 'a b', 'x' ]) ],
        [ 'a colon in a name', 1, $with->({}, [ 'a:b', 'x' ]) ],
        [ 'NUL in a name', 1, $with->({}, [ "a\0b", 'x' ]) ],
        [ 'a line end in a name', 1, $with->({}, [ "a\r\ncookie", 'x' ]) ],
        [ 'a byte in a name', 0, $with->({}, [ "a\xff", 'x' ]) ],
        [ 'connection', 0, $with->({}, [ 'connection', 'close' ]) ],
        [ 'transfer-encoding', 0,
          $with->({}, [ 'transfer-encoding', 'chunked' ]) ],
        [ 'both lengths', 1, $with->({}, [ 'transfer-encoding', 'chunked' ],
                                     [ 'content-length', '5' ]) ],
        [ 'a bad length', 1, $with->({}, [ 'content-length', 'x' ]) ],
        [ 'a length of what is not there', 1,
          $with->({}, [ 'content-length', '5' ]) ],
        [ 'a pseudo-field at the end', 0,
          [ [ 'accept', '*/*' ], @{ $with->({}) } ] ],
    );

    for my $value ("a\0b", "a\rb", "a\nb", "a\r\nb", "\r\n", "a\r\n b") {
        push @malformed, map {
            [ shown("$value in $_"), 1, $good{$_}
                ? $with->({ $_ => ($_ eq ':path' ? '/' : '') . $value })
                : $with->({}, [ $_, $value ]) ]
        } @order, qw(cookie x accept user-agent host content-length range
                     origin upgrade);
    }

    for my $bad ('*', 'secret/canary.txt', '?/secret/canary.txt',
                 'http://localhost/secret/canary.txt',
                 '//', '/%', '/%zz', '/%00', '/../', '/..', '/ /x',
                 "/secret/canary.txt HTTP/1.1", "/\t", "/\x7f")
    {
        push @malformed,
            [ shown(":path $bad"), $bad ne '//', $with->({ ':path' => $bad }) ];
    }

    for my $row (@malformed) {
        my ($name, $never, $fields) = @$row;

        for my $port (qw(h2 all error)) {
            refused(ask($port, $fields), "$port, $name",
                    qr/^(?:400|401|403|404|405|501)$/);
            refused(ask($port, $fields, body => 'body'),
                    "$port, $name, with a body",
                    qr/^(?:400|401|403|404|405|501)$/);
        }

        # "Cookie" behind the fault, and ahead of it

        for my $order ([ @$fields, $cookie{ann} ],
                       [ $cookie{ann}, @$fields ])
        {
            refused(ask('h2', $order), "with a session, $name",
                    qr/^(?:40[0-9]|501)$/) if $never;
        }
    }

    # a block that ends in the middle, of numbers that no table has, and one
    # that is larger than nginx takes

    for my $field ("\x80", "\xff\xff\xff\xff\xff\xff", "\xbf", "\0\x7f",
                   "\0\x01a\x7f\xff\xff\xff\xff\x7f", "\x40\x85\xff\xff",
                   "\x3f\xff\xff\xff\x7f")
    {
        refused(ask('h2', [ @{ $with->({}) }, $field ]),
                'HPACK: ' . unpack 'H*', $field);
    }

    refused(ask('h2', [ @{ $with->({}) },
                        map { [ "x-$_", 'x' x 4000 ] } 1 .. 40 ]),
            'too many fields');
    refused(ask('h2', [ @{ $with->({}) }, [ 'x', 'x' x 70_000 ] ]),
            'a field that is too large');

    # and the connection of a good request is not that of a bad one

    my $http2 = Login::Http2->new($t->port('h2'));
    my @ids = map { $http2->start($_) }
        $with->({}, $cookie{ann}), $with->({}, [ "a b", 'x' ], $cookie{ann}),
        $with->({}), $with->({}, [ ':path', $open ], $cookie{ann}),
        $with->({}, $cookie{bob});
    my @responses = $http2->wait(@ids);

    # nginx of 1.31 and later answers what it resets otherwise

    like join(' ', map { defined $_ ? $_->status : 'reset' }
                   map { scalar $http2->response($_) } @ids),
        qr/^200 (?:reset|400) 401 400 200$/, 'what is malformed ends alone';
}


# --- A11: each request by itself

{
    my $http2 = Login::Http2->new($t->port('h2'));
    my %expected = (ann => 'canary of ann@example.com',
                    bob => 'canary of bob@example.com', nobody => '');
    my @who = (qw(ann nobody bob), 'nobody', 'ann', 'bob') x 8;
    my @wrong;

    my $body_of = sub {
        my ($response) = @_;

        return $response->status == 200 ? $response->body
            : $response->status == 401 ? '' : $response->status;
    };

    # one after the other, and all at once

    for my $who (@who) {
        my $response = $http2->wait($http2->start(
            fields('GET', '/who', $cookie{$who} // ())));

        push @wrong, $who if $body_of->($response) ne $expected{$who};
    }

    my @all = $http2->wait(map {
        $http2->start(fields('GET', '/who', $cookie{$_} // ()))
    } @who);

    push @wrong, grep { $body_of->($all[$_]) ne $expected{$who[$_]} }
        0 .. $#who;

    is "@wrong", '', 'each is who it is, one after the other and at once';

    # in pieces, in turns; the answer comes before all of the request

    my %stream = map {
        $_ => $http2->start(fields('POST', '/who', $cookie{$_} // ()),
                            open => 1)
    } keys %expected;

    for my $piece (1 .. 5) {
        $http2->data($_, 'x' x 100) for values %stream;
    }

    $http2->data($_, '', end => 1) for values %stream;

    is $body_of->($http2->wait($stream{$_})), $expected{$_},
        "in turns: $_" for sort keys %expected;

    # some that are taken back

    my @taken = map {
        $http2->start(fields('POST', '/who', $cookie{$_} // ()), open => 1)
    } @who;

    $http2->reset($_) for @taken;

    is $body_of->($http2->wait($http2->start(fields('GET', '/who')))), '',
        'nobody after some that were taken back';
}

# what the connection remembers of a cookie is the client's to use

{
    my $http2 = Login::Http2->new($t->port('h2'));
    my $same = "\xbe";      # number 62
    my @bodies = map { $_->status == 200 ? $_->body : $_->status }
        $http2->wait(map { $http2->start(fields('GET', '/who', @$_)) }
            [ Login::Http2::indexed(@{ $cookie{ann} }) ], [ $same ], [ ],
            [ Login::Http2::indexed('x', 'y') ], [ $same ], [ "\xbf" ],
            [ $same, $cookie{bob} ], [ "\xbf", $cookie{bob} ]);

    is join(' ', @bodies), join(' ', ('canary of ann@example.com') x 2,
        401, 401, 401, 'canary of ann@example.com',
        'canary of bob@example.com', 401), 'by number: the cookie as it was';

    my $other = Login::Http2->new($t->port('h2'));

    refused(scalar $other->wait($other->start(fields('GET', '/who', $same))),
            'but not that of another connection', qr/^400$/);
}

# while it goes on, the session ends

{
    my $http2 = Login::Http2->new($t->port('h2'));
    my $status = sub {
        return $http2->wait($http2->start(fields('GET', '/who', @_)))->status;
    };

    is $status->($cookie{ann}), 200, 'before signing out';

    my $waits = $http2->start(fields('POST', '/app', $cookie{ann}),
                              open => 1);
    my $page = $browser{ann}->get('/login/logout');
    my $csrf = $page->csrf;

    # signed out over the same connection

    my $body = Login::Browser::encode({ csrf => $csrf });
    my $out = $http2->wait($http2->start([
        [ ':method', 'POST' ], [ ':scheme', 'http' ],
        [ ':path', '/login/logout' ],
        [ ':authority', 'localhost:' . $t->port ],
        [ 'content-type', 'application/x-www-form-urlencoded' ],
        $cookie{ann},
        [ 'cookie', 'login_browser='
                    . $browser{ann}->cookie('login_browser') ],
    ], body => $body));

    is $out->status, 303, 'signed out';
    is $out->cookie('login')->{value}, '', 'the cookie is taken away';

    is $status->($cookie{ann}), 401, 'and again: refused';
    is $status->(), 401, 'without a cookie as well';
    is $status->($cookie{bob}), 200, 'somebody else is still signed in';

    my @late = $http2->wait(map {
        $http2->start(fields('GET', '/who', $cookie{$_} // ()))
    } (qw(ann bob)) x 20);

    is join(' ', map { $_->status } @late), join(' ', (401, 200) x 20),
        'twenty times over, in turns';

    $http2->data($waits, '', end => 1);
    is $http2->wait($waits)->status, 200,
        'what had been let in before comes to its end';
}


done_testing;
