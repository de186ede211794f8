package Login::App;

# A small application behind a proxy.  It knows nothing of the login, answers
# with what it was asked for and told, as JSON, sets a cookie of its own,
# takes WebSockets, and keeps count.
#
#     my $app = Login::App->new(dir => $dir, port => $port);
#
#     is $app->count, 0, 'nobody got through';

use strict;
use warnings;

use Digest::SHA qw(sha1_base64);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();


my $TIMEOUT = 60;       # bounds a hang; no test measures it
my $json = JSON::PP->new->utf8->canonical;


sub new {
    my ($class, %opt) = @_;

    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1',
        LocalPort => $opt{port},
        Proto     => 'tcp',
        Listen    => 64,
        ReuseAddr => 1,
    ) or die "port $opt{port}: $!\n";

    my $self = bless { log => "$opt{dir}/app.log" }, $class;
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        $SIG{PIPE} = 'IGNORE';
        eval { $self->serve($listener) };
        POSIX::_exit(0);
    }

    $self->{pid} = $pid;

    return $self;
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    kill 'KILL', $pid;
    waitpid $pid, 0;
}


# How many requests came through.

sub count {
    my ($self) = @_;

    open my $fh, '<', $self->{log} or return 0;

    return scalar(() = <$fh>);
}


# --- in the process of the application

# A connection each of a proxy is served by a process of its own: one that is
# kept open must not stop the others.

sub serve {
    my ($self, $listener) = @_;

    local $SIG{CHLD} = 'IGNORE';

    while (my $client = $listener->accept) {
        my $pid = fork // next;

        if ($pid == 0) {
            close $listener;
            $self->{buffer} = '';
            1 while $self->answer($client);
            POSIX::_exit(0);
        }
    }
}


sub fill {
    my ($self, $client) = @_;

    IO::Select->new($client)->can_read($TIMEOUT) or return;

    return sysread $client, $self->{buffer}, 65536, length $self->{buffer};
}


sub answer {
    my ($self, $client) = @_;

    until ($self->{buffer} =~ /\r\n\r\n/) {
        $self->fill($client) or return;
    }

    $self->{buffer} =~ s/^(.*?)\r\n\r\n//s;

    my ($line, @lines) = split /\r\n/, $1;
    my ($method, $target) = split / /, $line;
    my @headers = map { [ /^([^:]+):\s*(.*)$/s ] } @lines;
    my %header = map { lc $_->[0] => $_->[1] } @headers;
    my $length = $header{'content-length'} // 0;

    while (length $self->{buffer} < $length) {
        $self->fill($client) or return;
    }

    open my $log, '>>', $self->{log} or die "$self->{log}: $!\n";
    print $log "$line\n";
    close $log;

    if (lc($header{upgrade} // '') eq 'websocket') {
        my $accept = sha1_base64($header{'sec-websocket-key'}
                                 . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11');

        syswrite $client, "HTTP/1.1 101 Switching Protocols\r\n"
            . "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            . "Sec-WebSocket-Accept: $accept=\r\n\r\n";
        return;
    }

    my $body = $json->encode({
        app     => 'this is the application',
        method  => $method,
        target  => $target,
        headers => \@headers,
        body    => substr($self->{buffer}, 0, $length, ''),
    });

    syswrite $client, join "\r\n", 'HTTP/1.1 200 OK',
        'Content-Type: application/json', 'Content-Length: ' . length $body,
        'Cache-Control: max-age=60', 'Set-Cookie: app=1; Path=/', '',
        $method eq 'HEAD' ? '' : $body;

    return 1;
}


1;
