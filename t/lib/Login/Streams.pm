package Login::Streams;

# Forms sent on streams of HTTP/2 that are given up on a connection that
# stays, which ends the request while the server is still at it.

use strict;
use warnings;


# Over a connection of Login::Connection to a port that speaks it.

sub new {
    my ($class, $connection) = @_;

    $connection->send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, 0, ''));

    return bless { connection => $connection }, $class;
}


sub connection { $_[0]{connection} }


sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}


sub text {
    my ($text) = @_;

    my $length = length $text;

    return chr($length) . $text if $length < 127;

    my $rest = $length - 127;
    my $bytes = chr 127;

    while ($rest >= 128) {
        $bytes .= chr($rest % 128 + 128);
        $rest = int $rest / 128;
    }

    return $bytes . chr($rest) . $text;
}


sub headers {
    my @fields = @_;

    my $block = '';

    while (my ($name, $value) = splice @fields, 0, 2) {
        $block .= "\0" . text($name) . text($value);
    }

    return $block;
}


# Sends the portal's form on a stream, an odd number that was not used yet.

sub post {
    my ($self, $stream, $cookies, $body) = @_;

    $self->connection->send(frame(1, 4, $stream, headers(
        ':method'      => 'POST',
        ':scheme'      => 'http',
        ':authority'   => 'localhost',
        ':path'        => '/login/',
        'content-type' => 'application/x-www-form-urlencoded',
        'cookie'       => $cookies,
    )) . frame(0, 1, $stream, $body));
}


# Gives a stream up.

sub reset {
    my ($self, $stream) = @_;

    $self->connection->send(frame(3, 0, $stream, pack 'N', 8));
}


# The next frame: (type, flags, stream, payload).

sub read_frame {
    my ($self) = @_;

    my ($high, $low, $type, $flags, $stream) =
        unpack 'CnCCN', $self->connection->take(9);

    return ($type, $flags, $stream,
            $self->connection->take($high << 16 | $low));
}


# Everything sent before has been looked at when this returns.

sub ping {
    my ($self) = @_;

    $self->connection->send(frame(6, 0, 0, 'pingpong'));

    for (1 .. 1000) {
        my ($type, $flags) = $self->read_frame;
        return 1 if $type == 6 && $flags & 1;
    }

    return 0;
}


# Waits for the head of a stream's answer.

sub answered {
    my ($self, $stream) = @_;

    for (1 .. 1000) {
        my ($type, $flags, $of) = $self->read_frame;
        return 1 if $type == 1 && $of == $stream;
    }

    return 0;
}


1;
