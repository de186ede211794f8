package Login::Connection;

# One connection to the server, byte by byte where a test wants that.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use Login::Response;


our $TIMEOUT = 60;      # bounds a hang; no test measures it


# new($port, address => '127.0.0.2', from => '127.0.0.3')

sub new {
    my ($class, $port, %opt) = @_;

    my $address = $opt{address} // '127.0.0.1';

    my $socket = IO::Socket::INET->new(
        PeerAddr => $address,
        PeerPort => $port,
        Proto    => 'tcp',
        Timeout  => $TIMEOUT,
        $opt{from} ? (LocalAddr => $opt{from}) : (),
    ) or die "connect to $address port $port: $!\n";

    $socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);

    return $class->over($socket);
}


# The same over a socket that is connected already.

sub over {
    my ($class, $socket) = @_;

    return bless { socket => $socket, buffer => '' }, $class;
}


sub socket { $_[0]{socket} }


sub close {
    my ($self) = @_;

    $self->{socket}->close;
}


# Sends bytes; in segments of "size" where it is given.

sub send {
    my ($self, $bytes, $size) = @_;

    local $SIG{PIPE} = 'IGNORE';

    $size ||= length $bytes;

    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes, $size;

        return 0 unless defined $n;

        substr $bytes, 0, $n, '';
    }

    return 1;
}


# More bytes into the buffer; false at the end of the stream.

sub fill {
    my ($self) = @_;

    my $select = IO::Select->new($self->{socket});

    $select->can_read($TIMEOUT) or die "no answer within $TIMEOUT s\n";

    return sysread $self->{socket}, $self->{buffer}, 65536,
        length $self->{buffer};
}


# Everything until the server closes.

sub rest {
    my ($self) = @_;

    1 while $self->fill;

    my $bytes = $self->{buffer};
    $self->{buffer} = '';

    return $bytes;
}


# True where the server has closed, or does so while we wait.

sub closed {
    my ($self) = @_;

    return !$self->fill;
}


# The next answer; undef where the server closed without one.  "head": it
# answers a HEAD request.

sub response {
    my ($self, %opt) = @_;

    my ($status, $reason, @headers);

    for (;;) {
        until ($self->{buffer} =~ /\r\n\r\n/) {
            return unless $self->fill;
        }

        $self->{buffer} =~ s/^(.*?)\r\n\r\n//s;
        my ($line, @lines) = split /\r\n/, $1;

        ($status, $reason) = $line =~ m{^HTTP/1\.\d (\d{3})(?: (.*))?$}
            or die "not a status line: \"$line\"\n";

        @headers = map { [ /^([^:]+):\s*(.*)$/s ] } @lines;

        last unless $status == 100 && !$opt{continue};

        $self->{continued}++;
    }

    my $response = Login::Response->new($status, $reason, \@headers, '');

    if ($opt{head} || $status == 204 || $status == 304 || $status == 100
        || $status == 101)
    {
        return $response;
    }

    if (($response->header('Transfer-Encoding') // '') =~ /chunked/i) {
        $response->{body} = $self->chunked;

    } elsif (defined(my $length = $response->header('Content-Length'))) {
        $response->{body} = $self->take($length);

    } else {
        $response->{body} = $self->rest;
    }

    return $response;
}


sub take {
    my ($self, $length) = @_;

    while (length $self->{buffer} < $length) {
        $self->fill or die "answer ends early\n";
    }

    return substr $self->{buffer}, 0, $length, '';
}


sub chunked {
    my ($self) = @_;

    my $body = '';

    for (;;) {
        until ($self->{buffer} =~ /\r\n/) {
            $self->fill or die "answer ends within a chunk\n";
        }

        $self->{buffer} =~ s/^([0-9a-f]+)[^\r]*\r\n//i
            or die "not a chunk\n";

        my $size = hex $1;

        $body .= $self->take($size);
        $self->take(2);

        return $body if $size == 0;
    }
}


1;
