package Login::Backend;

# Servers behind the nginx of a test, each on sockets in the test's folder.
#
#     my $app = Login::Backend->application($t, 'sub { [200, [], ["x"]] }');
#
#     proxy_pass http://unix:%%DIR%%/http.sock;
#
# None outlives the test, however that ends: beside each server stands a
# keeper, which sees the end of the test as the end of a pipe.

use strict;
use warnings;

use IO::Socket::UNIX;
use POSIX qw(:sys_wait_h);

use Login::Test ();


my @running;

# PSGI on FastCGI

my $fastcgi = <<'END';
use strict;
use warnings;

use FCGI;
use IO::Handle;

umask 0;

my $socket = FCGI::OpenSocket($ARGV[0], 100);
my $application = do $ARGV[1] or die $@;
my $request = FCGI::Request(\*STDIN, \*STDOUT, \*STDERR, \my %env, $socket);

while ($request->Accept >= 0) {
    my $answer = $application->({ %env, 'psgi.input' => \*STDIN });
    my @headers = @{ $answer->[1] };

    print "Status: $answer->[0]\r\n";

    while (my ($name, $value) = splice @headers, 0, 2) {
        print "$name: $value\r\n";
    }

    print "\r\n", @{ $answer->[2] };
}
END


# start(log => file, sockets => [path, ...], command => [program, ...])
# returns when all of the sockets are there to be connected to.

sub start {
    my ($class, %opt) = @_;

    pipe my $reader, my $writer or die "pipe: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        close $_ for $writer, map { $_->{writer} } @running;
        keep($reader, %opt);
    }

    close $reader;

    my $self = bless { pid => $pid, writer => $writer, owner => $$ }, $class;

    push @running, $self;

    Login::Test::wait_for(sub {
        die "$opt{command}[0] has ended, see $opt{log}: " . text($opt{log})
            if waitpid($pid, WNOHANG) == $pid;

        return !grep { !IO::Socket::UNIX->new(Peer => $_) }
            @{ $opt{sockets} };
    }) or die "$opt{command}[0] does not listen: " . text($opt{log});

    return $self;
}


# The keeper, whose end is that of the server.

sub keep {
    my ($reader, %opt) = @_;

    my $pid = fork // POSIX::_exit(1);

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $opt{log};
        open STDERR, '>&', \*STDOUT;

        exec { $opt{command}[0] } @{ $opt{command} } or POSIX::_exit(127);
    }

    local $SIG{CHLD} = sub { POSIX::_exit(1) if waitpid($pid, WNOHANG) > 0 };
    local $SIG{INT} = 'IGNORE';
    local $SIG{TERM} = 'IGNORE';

    # it may have ended before somebody looked

    POSIX::_exit(1) if waitpid($pid, WNOHANG) > 0;

    1 until defined sysread $reader, my $byte, 1;

    kill 'KILL', $pid;
    waitpid $pid, 0;
    POSIX::_exit(0);
}


sub stop {
    my ($self) = @_;

    return unless $self->{pid} && $self->{owner} == $$;

    close delete $self->{writer};
    waitpid delete $self->{pid}, 0;

    @running = grep { $_ != $self } @running;
}


sub text {
    my ($file) = @_;

    open my $fh, '<', $file or return '';
    local $/;

    return <$fh> // '';
}


# An application of Perl (PSGI), which uWSGI serves as uwsgi, scgi and http,
# and libfcgi as fastcgi, each on the socket of that name.

sub application {
    my ($class, $t, $psgi) = @_;

    my @protocols = qw(uwsgi scgi http);
    my %socket = map { $_ => $t->dir . "/$_.sock" } @protocols, 'fastcgi';
    my $file = $t->write_file('application.psgi', $psgi);
    my $log = $t->dir . '/application.log';

    $class->start(
        log     => $log,
        sockets => [ @socket{@protocols} ],
        command => [
            'uwsgi', '--plugin', 'psgi', '--psgi', $file, '--need-app',
            '--chmod-socket=666', '--buffer-size', 65535,
            '--post-buffering', 65536, '--disable-logging',
            map { ($_ eq 'uwsgi' ? '--socket' : "--$_-socket", $socket{$_}) }
                @protocols,
        ],
    );

    $class->start(
        log     => $log,
        sockets => [ $socket{fastcgi} ],
        command => [ $^X, '-e', $fastcgi, $socket{fastcgi}, $file ],
    );
}


# memcached, filled with { key => value }.

sub memcached {
    my ($class, $t, $values) = @_;

    my $socket = $t->dir . '/memcached.sock';
    my $self = $class->start(
        log     => $t->dir . '/memcached.log',
        sockets => [ $socket ],
        command => [ 'memcached', '-s', $socket, '-a', '0666', '-m', 8,
                     '-u', scalar getpwuid $> ],
    );

    my $client = IO::Socket::UNIX->new(Peer => $socket)
        or die "memcached: $!\n";

    for my $key (sort keys %$values) {
        print $client "set $key 0 0 " . length($values->{$key})
            . "\r\n$values->{$key}\r\n";
        $client->flush;

        my $answer = readline $client // '';

        die "memcached: $answer" unless $answer eq "STORED\r\n";
    }

    return $self;
}


END {
    my $status = $?;

    $_->stop for @running;

    $? = $status;
}


1;
