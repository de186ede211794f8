package Login::Http2;

# One HTTP/2 connection to the server, without TLS.
#
#     my $http2 = Login::Http2->new($t->port('h2'));
#     my ($first, $second) = $http2->ask([ 'GET', '/a' ],
#         [ 'POST', '/b', [ 'content-type: text/plain' ], 'body' ]);
#
# They share the connection, each on a stream of its own, and what comes back
# are objects of Login::Response.  With fields written out, byte by byte:
#
#     my $id = $http2->start([ [ ':method', 'GET' ], [ ':path', '*' ] ]);
#     my $response = $http2->wait($id)
#         // 'reset, with error ' . $http2->error($id);
#
# A connection that the server has closed is the end of all its streams.

use strict;
use warnings;

use Login::Connection;
use Login::Response;


my ($DATA, $HEADERS, $RST_STREAM, $SETTINGS, $PUSH_PROMISE, $PING, $GOAWAY,
    $WINDOW_UPDATE, $CONTINUATION) = (0, 1, 3 .. 9);

my ($END_STREAM, $ACK, $END_HEADERS, $PADDED, $PRIORITY) = (1, 1, 4, 8, 32);

# RFC 7541, appendix A

my @static = (undef, map { [ split / /, $_, 2 ] } split /\n/, <<'END');
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate
END

# RFC 7541, appendix B: the lengths of the codes, A for 5 bits.  They are in
# the order of these, and then in that of the characters.

my $lengths = join '', qw(
    ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF
    IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX
    PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS
    VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV
);

my %character;

{
    my ($code, $bits) = (0, 5);

    for my $i (sort { ord(substr $lengths, $a, 1) <=> ord substr $lengths, $b, 1
                      or $a <=> $b } 0 .. 255)
    {
        my $length = ord(substr $lengths, $i, 1) - ord('A') + 5;

        $code <<= $length - $bits;
        $bits = $length;
        $character{ sprintf "%0${bits}b", $code++ } = chr $i;
    }
}


# new($port, push => 1): whether the server may push; what it has pushed is
# [[path, response], ...] of pushed().

sub new {
    my ($class, $port, %opt) = @_;

    my $self = bless {
        connection => Login::Connection->new($port),
        next       => 1,
        streams    => {},
        pushed     => [],
        window     => 65535,    # of the connection
        initial    => 65535,    # of each stream
    }, $class;

    $self->{connection}->send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        . frame($SETTINGS, 0, 0, pack 'nNnN', 2, $opt{push} ? 1 : 0,
                                              4, 0x7fffffff)
        . frame($WINDOW_UPDATE, 0, 0, pack 'N', 0x7fff0000));

    return $self;
}


sub connection { $_[0]{connection} }
sub pushed     { @{ $_[0]{pushed} } }


# [method, path, [lines], body] for each; all of them at once.  What the server
# pushes meanwhile has come as well.

sub ask {
    my ($self, @requests) = @_;

    my @ids = map { $self->request(@$_) } @requests;

    $self->step while grep { !$_->{ended} } values %{ $self->{streams} };

    return $self->wait(@ids);
}


# Sends one without waiting for the answer; returns the stream's number.

sub request {
    my ($self, $method, $path, $lines, $body) = @_;

    my @fields = ([ ':method', $method ], [ ':scheme', 'http' ],
                  [ ':path', $path ], [ ':authority', 'localhost' ],
                  map { /^([^:]+): ?(.*)$/s; [ lc $1, $2 ] } @{ $lines // [] });

    push @fields, [ 'content-length', length $body ] if defined $body;

    return $self->start(\@fields, body => $body);
}


# start([[name, value], ...], body => bytes, segment => bytes in a frame,
#       open => 1): the fields as they are, those with ":" as well; one that is
# no list is in HPACK already.  An open stream goes on with data() or reset().

sub start {
    my ($self, $fields, %opt) = @_;

    my $id = $self->{next};
    my $block = join '', map { ref $_ ? literal(@$_) : $_ } @$fields;
    my $type = $HEADERS;
    my $end = defined $opt{body} || $opt{open} ? 0 : $END_STREAM;

    $self->{next} += 2;
    $self->{streams}{$id} = { data => '', body => $opt{body},
                              open => $opt{open},
                              segment => $opt{segment} // 16384,
                              window => $self->{initial} };

    do {
        my $part = substr $block, 0, 16000, '';

        $self->send(frame($type, $end | (length $block ? 0 : $END_HEADERS),
                          $id, $part));
        ($type, $end) = ($CONTINUATION, 0);
    } while length $block;

    $self->send_body($id);

    return $id;
}


# A request of HTTP/1.1, sent as one of HTTP/2.

sub translate {
    my ($self, $bytes, %opt) = @_;

    my ($method, $uri, $head, $body) = $bytes =~
        m{^(\S+) (\S+) HTTP/1\.1\r\n(.*?)\r\n(?:\r\n(.*))?$}s
        or die "not to be said in HTTP/2: \"$bytes\"\n";
    my @fields = map { /^([^:]+): *(.*)$/s; [ lc $1, $2 ] } split /\r\n/, $head;
    my ($host) = map { $_->[1] } grep { $_->[0] eq 'host' } @fields;

    return $self->start(
        [ [ ':method', $method ], [ ':scheme', 'http' ], [ ':path', $uri ],
          defined $host ? [ ':authority', $host ] : (),
          grep { $_->[0] !~ /^(?:host|connection)$/ } @fields ],
        segment => $opt{segment},
        length($body // '') ? (body => $body) : ());
}


# More of the body of an open stream; end => 1: the last of it.

sub data {
    my ($self, $id, $bytes, %opt) = @_;

    my $stream = $self->{streams}{$id};

    $stream->{body} = ($stream->{body} // '') . $bytes;
    $stream->{open} = 0 if $opt{end};

    $self->send_body($id);
}


# We don't want it any longer.

sub reset {
    my ($self, $id) = @_;

    $self->{streams}{$id}{body} = undef;
    $self->{streams}{$id}{ended} = 1;
    $self->send(frame($RST_STREAM, 0, $id, pack 'N', 8));
}


# The answers to these streams.

sub wait {
    my ($self, @ids) = @_;

    $self->step while grep { !$self->{streams}{$_}{ended} } @ids;

    my @responses = map { $self->response($_) } @ids;

    return wantarray ? @responses : $responses[0];
}


# Why the server reset a stream, or closed the connection.

sub error { $_[0]{streams}{ $_[1] }{error} }

# It takes no more streams.
sub closed { $_[0]{closed} }


# As much of it as the windows let through.

sub send_body {
    my ($self, $id) = @_;

    my $stream = $self->{streams}{$id};

    while (defined $stream->{body}) {
        my $size = length $stream->{body};

        for my $limit ($stream->{segment}, $stream->{window}, $self->{window})
        {
            $size = $limit if $size > $limit;
        }

        return if $size <= 0 && length $stream->{body};

        my $part = substr $stream->{body}, 0, $size, '';
        my $done = !length $stream->{body};
        my $last = $done && !$stream->{open};

        $stream->{body} = undef if $done;
        $stream->{window} -= $size;
        $self->{window} -= $size;

        $self->send(frame($DATA, $last ? $END_STREAM : 0, $id, $part));
    }
}


sub send { $_[0]{connection}->send($_[1]) }


# Waits for a frame and does what it says.

sub step {
    my ($self) = @_;

    my ($high, $low, $type, $flags, $id, $payload);

    # it may also reset the connection

    eval {
        ($high, $low, $type, $flags, $id) = unpack 'CnCCN',
            $self->{connection}->take(9);
        $payload = $self->{connection}->take($high * 65536 + $low);
    };

    if (!defined $payload) {
        die $@ if $@ !~ /^answer ends early/;
        return $self->end('closed', sub { 1 });
    }

    if ($type == $SETTINGS && !($flags & $ACK)) {
        $self->settings($payload);
        $self->send(frame($SETTINGS, $ACK, 0, ''));

    } elsif ($type == $PING && !($flags & $ACK)) {
        $self->send(frame($PING, $ACK, 0, $payload));

    } elsif ($type == $WINDOW_UPDATE) {
        my $which = $id ? $self->{streams}{$id} : $self;

        $which->{window} += unpack 'N', $payload;
        $self->send_body($_) for sort { $a <=> $b } keys %{ $self->{streams} };

    } elsif ($type == $GOAWAY) {
        my ($last, $error) = unpack 'NN', $payload;

        # what it has begun may still be answered

        $self->end($error, sub { $error || $_[0] > $last });

    } elsif ($type == $RST_STREAM) {
        $self->{streams}{$id}{body} = undef;
        $self->{streams}{$id}{ended} = 1;
        $self->{streams}{$id}{error} = unpack 'N', $payload;

    } elsif ($type <= $HEADERS || $type == $CONTINUATION
             || $type == $PUSH_PROMISE)
    {
        $self->content($type, $flags, $id, $payload);
    }
}


sub end {
    my ($self, $error, $which) = @_;

    my $streams = $self->{streams};

    $self->{closed} = 1;

    for my $id (grep { !$streams->{$_}{ended} && $which->($_) }
                keys %$streams)
    {
        @{ $streams->{$id} }{qw(ended error)} = (1, $error);
    }
}


sub settings {
    my ($self, $payload) = @_;

    while ($payload =~ s/^(..)(....)//s) {
        my ($what, $value) = (unpack('n', $1), unpack 'N', $2);

        next unless $what == 4;

        $_->{window} += $value - $self->{initial}
            for values %{ $self->{streams} };
        $self->{initial} = $value;
    }

    $self->send_body($_) for sort { $a <=> $b } keys %{ $self->{streams} };
}


sub content {
    my ($self, $type, $flags, $id, $payload) = @_;

    if ($type != $CONTINUATION && $flags & $PADDED) {
        my $padding = ord substr $payload, 0, 1, '';
        substr $payload, length($payload) - $padding, $padding, '';
    }

    substr $payload, 0, 5, '' if $type == $HEADERS && $flags & $PRIORITY;

    if ($type == $PUSH_PROMISE) {
        my $promised = unpack 'N', substr $payload, 0, 4, '';

        $self->{streams}{$promised} = { data => '', window => 0 };
        $self->{promised} = $promised;
        push @{ $self->{pushed} }, [ $promised ];
    }

    my $stream = $self->{streams}{$id};

    $stream->{ended} = 1 if $type != $CONTINUATION && $type != $PUSH_PROMISE
        && $flags & $END_STREAM;

    if ($type == $DATA) {
        $stream->{data} .= $payload;
        return;
    }

    $self->{block} .= $payload;

    return unless $flags & $END_HEADERS;

    my @fields = fields(delete $self->{block});

    if (my $promised = delete $self->{promised}) {
        my ($path) = map { $_->[1] } grep { $_->[0] eq ':path' } @fields;

        $self->{pushed}[-1] = [ $path, $promised ];
        return;
    }

    push @{ $stream->{fields} }, @fields;
}


# undef where the stream was reset before there was an answer.

sub response {
    my ($self, $id) = @_;

    my $stream = $self->{streams}{$id};
    my @fields = @{ $stream->{fields} // [] } or return;
    my ($status) = map { $_->[1] } grep { $_->[0] eq ':status' } @fields;

    return Login::Response->new($status, '',
        [ grep { $_->[0] !~ /^:/ } @fields ], $stream->{data});
}


# --- bytes

sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}


sub integer {
    my ($bits, $first, $value) = @_;

    my $most = 2 ** $bits - 1;

    return chr($first | $value) if $value < $most;

    my $out = chr($first | $most);

    for ($value -= $most; $value >= 128; $value >>= 7) {
        $out .= chr($value & 127 | 128);
    }

    return $out . chr $value;
}


sub literal {
    my ($name, $value) = @_;

    return "\0" . integer(7, 0, length $name) . $name
        . integer(7, 0, length $value) . $value;
}


# The fields of a block that nothing was added to a table for; nginx does not.

sub fields {
    my ($block) = @_;

    my @fields;

    while (length $block) {
        my $first = ord $block;

        if ($first & 0x80) {
            push @fields, [ @{ $static[take_integer(7, \$block)] } ];

        } elsif (($first & 0xe0) == 0x20) {
            take_integer(5, \$block);       # the size of the table

        } else {
            my $index = take_integer($first & 0x40 ? 6 : 4, \$block);
            my $name = $index ? $static[$index][0] : take_string(\$block);

            push @fields, [ $name, take_string(\$block) ];
        }
    }

    return @fields;
}


# A field that the server is to remember, at number 62 and then further on.

sub indexed {
    my ($name, $value) = @_;

    return "\x40" . substr literal($name, $value), 1;
}


sub take_integer {
    my ($bits, $bytes) = @_;

    my $most = 2 ** $bits - 1;
    my $value = ord(substr $$bytes, 0, 1, '') & $most;

    return $value if $value < $most;

    for (my $shift = 0; ; $shift += 7) {
        my $byte = ord substr $$bytes, 0, 1, '';

        $value += ($byte & 127) << $shift;

        return $value if $byte < 128;
    }
}


sub take_string {
    my ($bytes) = @_;

    my $coded = ord($$bytes) & 0x80;
    my $length = take_integer(7, $bytes);
    my $string = substr $$bytes, 0, $length, '';

    return $string unless $coded;

    my ($text, $code) = ('', '');

    for my $bit (split //, unpack 'B*', $string) {
        $code .= $bit;

        next unless defined $character{$code};

        $text .= $character{$code};
        $code = '';
    }

    return $text;
}


1;
