package Login::Kinds;

# Requests of every kind, for what must not be seen without a session.
#
#     sealed($t, '/file.txt');
#
# asks over HTTP/1.1 and HTTP/2, and looks at every byte of every answer.
# By their names, the ports are %%PORT%% and %%PORT_h2%%; with
# port => 'x' they are %%PORT_x%% and %%PORT_x_h2%%.

use strict;
use warnings;

use Exporter qw(import);
use Test::More ();

use Login::Http2;


our @EXPORT = qw(sealed kinds ask_h1 ask_h2);

# Both of HTTP/1.1 and HTTP/2: [name, method, [lines of the head], body]

my @kinds = (
    [ 'GET', 'GET' ],
    [ 'HEAD', 'HEAD' ],
    [ 'a person', 'GET', [ 'Accept: text/html' ] ],
    [ 'a person, HEAD', 'HEAD', [ 'Sec-Fetch-Mode: navigate' ] ],
    [ 'Range', 'GET', [ 'Range: bytes=0-7' ] ],
    [ 'Range at the end', 'GET', [ 'Range: bytes=-4' ] ],
    [ 'two ranges', 'GET', [ 'Range: bytes=0-1,3-20' ] ],
    [ 'Range past the end', 'GET', [ 'Range: bytes=99999999-' ] ],
    [ 'HEAD, Range', 'HEAD', [ 'Range: bytes=0-7' ] ],
    [ 'If-Range', 'GET', [ 'Range: bytes=0-7',
                           'If-Range: Thu, 01 Jan 2099 00:00:00 GMT' ] ],
    [ 'If-None-Match', 'GET', [ 'If-None-Match: *' ] ],
    [ 'If-None-Match, another', 'GET', [ 'If-None-Match: "x"' ] ],
    [ 'If-Match', 'GET', [ 'If-Match: *' ] ],
    [ 'If-Match, another', 'GET', [ 'If-Match: "x"' ] ],
    [ 'If-Modified-Since', 'GET',
      [ 'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT' ] ],
    [ 'If-Unmodified-Since', 'GET',
      [ 'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT' ] ],
    [ 'compressed', 'GET', [ 'Accept-Encoding: gzip, deflate, br' ] ],
    [ 'an invented session', 'GET', [ 'Cookie: login=' . 'A' x 86 ] ],
    [ 'identity', 'GET', [ 'Remote-User: root',
                           'Authorization: Basic cm9vdDpyb290' ] ],
    [ 'a form', 'POST', [ 'Accept: text/html',
        'Content-Type: application/x-www-form-urlencoded' ], 'a=b' ],
    [ 'JSON', 'POST', [ 'Content-Type: application/json' ], '{}' ],
    [ 'gRPC', 'POST', [ 'Content-Type: application/grpc', 'TE: trailers' ],
      "\0\0\0\0\0" ],
    [ 'a long body', 'POST', [ ], 'x' x 70000 ],
    [ 'PUT', 'PUT', [ ], 'put' ],
    [ 'DELETE', 'DELETE' ],
    [ 'OPTIONS', 'OPTIONS' ],
    [ 'PROPFIND', 'PROPFIND', [ 'Depth: 1' ] ],
);

# HTTP/1.1 only

my @old_kinds = (
    [ 'chunked', 'POST', [ 'Transfer-Encoding: chunked' ],
      "3\r\nabc\r\n0\r\n\r\n" ],
    [ 'Expect', 'POST', [ 'Expect: 100-continue', 'Content-Length: 9' ] ],
    [ 'Expect, PUT', 'PUT', [ 'Expect: 100-continue', 'Content-Length: 9' ] ],
    [ 'Expect, chunked', 'PUT', [ 'Expect: 100-continue',
                                  'Transfer-Encoding: chunked' ] ],
    [ 'WebSocket', 'GET', [ 'Upgrade: websocket', 'Connection: Upgrade',
                            'Sec-WebSocket-Version: 13',
                            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' ] ],
    [ 'h2c', 'GET', [ 'Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings',
                      'HTTP2-Settings: AAMAAABkAAQAAP__' ] ],
    [ 'HTTP/1.0', 'GET', [ ], undef, 'HTTP/1.0' ],
);

# what would tell of something that is behind the gate

my $telling = qr/(?:ETag|Last-Modified|Accept-Ranges|Content-Range|Allow
                   |Content-Encoding|Content-Disposition|Expires):/ix;


sub kinds { return (@kinds, @old_kinds) }


# The lines of a kind, and those that are asked for in the place of its own.

sub lines_of {
    my ($lines, $more) = @_;

    my @more = @{ $more // [] };
    my %same = map { /^([^:]+)/ ? (lc $1 => 1) : () } @more;

    return ((grep { /^([^:]+)/ && !$same{lc $1} } @{ $lines // [] }), @more);
}


# The answer and everything after it, as text; "lines" are added to the head.
# "100 Continue" is an answer, unless with continue => 0.

sub ask_h1 {
    my ($t, $uri, $kind, %opt) = @_;

    my ($name, $method, $lines, $body, $version) = @$kind;
    my @head = ('Host: localhost', lines_of($lines, $opt{lines}));

    push @head, 'Content-Length: ' . length $body
        if defined $body && !grep { /^Transfer-Encoding/ } @head;

    my $connection = $t->connection($opt{port});

    $connection->send("$method $uri " . ($version // 'HTTP/1.1') . "\r\n"
                      . join('', map { "$_\r\n" } @head)
                      . "Connection: close\r\n\r\n" . ($body // ''));

    my $response = $connection->response(head => $method eq 'HEAD',
                                         continue => $opt{continue} // 1)
        or return '';

    # where it waits for the rest of the request, nothing more will come

    return text($response)
        . ((grep { /^Expect/ } @head) ? '' : $connection->rest);
}


# The answers to many on one connection.

sub ask_h2 {
    my ($t, $uri, $kinds, %opt) = @_;

    my $port = $t->port(join '_', grep { length } $opt{port} // '', 'h2');

    return map { defined $_ ? text($_) : '' } Login::Http2->new($port)->ask(
        map {
            my ($name, $method, $lines, $body) = @$_;
            [ $method, $uri, [ lines_of($lines, $opt{lines}) ], $body ]
        } @$kinds);
}


sub text {
    my ($response) = @_;

    return join "\r\n", $response->status,
        (map { "$_->[0]: $_->[1]" } $response->headers),
        '', $response->body;
}


# What is wrong with the answer where nothing of what is behind may be seen.

sub fault {
    my ($answer, $canary, $statuses) = @_;

    my ($status) = $answer =~ /^(\d+)\r\n/;

    return 'no answer' unless defined $status;
    return "status $status" unless $status =~ $statuses;

    my ($head) = $answer =~ /^(.*?\r\n)\r\n/s;

    return 'shows what is behind' if $answer =~ $canary;
    return "tells $1" if '200' !~ $statuses && $head =~ /^($telling.*)/m;
    return 'a second answer' if $answer =~ m{^HTTP/}m;

    return;
}


# sealed($t, $uri, canary => qr/.../, statuses => qr/.../, port => name,
#        except => qr/names of kinds/, lines => [...]).  What is told of a file
# may be about another one where some are open (status 200).

sub sealed {
    my ($t, $uri, %opt) = @_;

    my $canary = $opt{canary} // qr/canary/i;
    my $statuses = $opt{statuses} // qr/^(?:302|401)$/;
    my @faults;

    for my $kind (@kinds, @old_kinds) {
        next if $opt{except} && $kind->[0] =~ $opt{except};

        my $fault = fault(ask_h1($t, $uri, $kind, %opt), $canary, $statuses);

        push @faults, "$kind->[0]: $fault" if defined $fault;
    }

    my @answers = ask_h2($t, $uri, \@kinds, %opt);

    for my $i (0 .. $#kinds) {
        my $fault = fault($answers[$i] // '', $canary, $statuses);

        push @faults, "HTTP/2, $kinds[$i][0]: $fault" if defined $fault;
    }

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::More::is(join("\n", @faults), '', ($opt{port} // 'gate')
                   . ", $uri: sealed");
}


1;
