package Login::Fault;

# Calls that fail when a test says so: of nginx, or of the command line.
#
#     my $fault = Login::Fault->new;
#     my $t = Login::Test->new($fault->options, ...);
#
#     $fault->arm(memory => 7);         # the seventh allocation from now on
#     ...
#     my $failed = $fault->disarm;      # how many did

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Temp;

use Login::Test ();
use Test::More ();


# See t/unit/fail_call.c.

my %kinds = (
    memory => 0x01,
    map    => 0x02,
    write  => 0x04,
    sync   => 0x08,
    open   => 0x10,
    socket => 0x20,
    thread => 0x40,
    read   => 0x80,
    name   => 0x100,
    store  => 0x200,
    crypto => 0x400,
    own    => 0x800,
);


# The sanitizers have an allocator of their own.

sub kinds {
    return grep { !Login::Test::sanitized() || !/^(?:memory|own)$/ }
        qw(memory own map write sync open socket thread read name store
           crypto);
}


# LOGIN_FAULTS=N: every call of the first N; without, some of them, further
# and further apart, "dense" where a try takes little time.

sub numbers {
    my ($kind, $dense) = @_;

    my $all = $ENV{LOGIN_FAULTS};
    my $apart = $kind eq 'memory' ? 2 : $dense ? 0.03
        : $kind eq 'own' ? 0.1 : 0.5;
    my $n = 0;

    return sub {
        return $n < $all ? ++$n : undef if $all;

        $n += $n < 4 ? 1 : 1 + int $n * $apart;

        return $n;
    };
}


sub new {
    my ($class) = @_;

    my $library = Login::Test::build_dir() . '/unit/fail_call.so';

    # a preload that is missing is ignored, and nothing would fail

    die "no $library, run scripts/test\n" unless -e $library;

    my $self = bless { library => $library, control => File::Temp->new },
        $class;

    $self->write(0, 0, 0);
    chmod 0666, $self->{control}->filename;

    return $self;
}


sub write {
    my ($self, $kinds, $n, $times) = @_;

    # first of all nothing is counted, last of all it is

    for my $part ([ 4, pack 'l', 0 ],
                  [ 0, pack 'llllll', $kinds, 0, $times, 0, 0, 0 ],
                  [ 4, pack 'l', $n ])
    {
        sysseek $self->{control}, $part->[0], 0;
        syswrite $self->{control}, $part->[1];
    }
}


# For Login::Test->new().

sub options {
    my ($self) = @_;

    return (env     => { FAIL_CALL => $self->{control}->filename },
            preload => [ $self->{library} ]);
}


# For a program of ours; a sanitizer's library comes first.

sub program_env {
    my ($self) = @_;

    my @preload = map { abs_path($_) } map { s/\n//r }
        map { Login::Test::sanitized() ? `gcc -print-file-name=$_` : () }
        'libasan.so', 'libubsan.so';

    return (FAIL_CALL    => $self->{control}->filename,
            LD_PRELOAD   => join(':', @preload, $self->{library}),
            ASAN_OPTIONS => 'detect_leaks=0');
}


# arm(kind => n, times => 1): from the nth on, "times" of them; 0: all.

sub arm {
    my ($self, $kind, $n, %opt) = @_;

    $self->write($kinds{$kind} // die("unknown kind $kind\n"), $n,
                 $opt{times} // 1);
}


sub hits {
    my ($self) = @_;

    sysseek $self->{control}, 16, 0;
    sysread $self->{control}, my $hits, 4;

    return unpack 'l', $hits;
}


sub disarm {
    my ($self) = @_;

    sysseek $self->{control}, 4, 0;
    syswrite $self->{control}, pack 'l', 0;

    return $self->hits;
}


# --- a request

# The sessions that an answer begins.

sub signed {
    my ($response) = @_;

    return map { $_->{value} }
        grep { $_->{name} eq 'login' && $_->{value} ne '' } $response->cookies;
}


# One try; returns what is wrong with it, nothing where no call failed.

sub try {
    my ($self, $t, $kind, $n, $times, $status, $do, $true, $prepare, %opt)
        = @_;

    my $with = $prepare ? $prepare->() : undef;

    my ($pid) = $t->workers;

    $self->arm($kind, $n, times => $times);
    my $response = $do->($with);
    my $hits = $self->disarm;

    return if !$hits;

    my @wrong;
    my $got = $response ? $response->status : 'closed';

    if ($got eq $status) {
        push @wrong, 'not true' if $true && !$true->($response, $with);

    } elsif ($got !~ /^50[03]$/
             && ($got ne 'closed' || $kind !~ /^(?:memory|own|socket)$/))
    {
        push @wrong, "answered with $got";

    } elsif ($response && signed($response) && !$opt{renewed}) {
        push @wrong, 'a session with an error';
    }

    push @wrong, 'content without a session' if $response
        && $response->body =~ /canary/ && $status != 200;

    # the next one has nothing of it

    $with = $prepare ? $prepare->() : undef;
    $response = $do->($with);
    $got = $response ? $response->status : 'closed';

    push @wrong, "answered with $got afterwards" if $got ne $status
        || $true && !$true->($response, $with);

    push @wrong, 'another worker' if ($t->workers)[0] != $pid;

    return \@wrong;
}


# Each call of one request fails in turn: it is answered with "status" and
# what "true" wants, or with an error; and as ever by the same worker
# afterwards.  "do" gets what "prepare" makes; "renewed" => 1: it may be given
# a session in place of its own before it fails.

sub each_call {
    my ($self, $t, $name, @how) = @_;

    for my $kind (kinds()) {
        my ($next, $tried) = (numbers($kind, 1), 0);
        my @wrong;

        while (my $n = $next->()) {
            my $wrong = $self->try($t, $kind, $n, 1, @how) // last;

            $tried++;
            push @wrong, map { "$kind $n: $_" } @$wrong;
        }

        Test::More::is(join("\n", @wrong), '', "$name, $kind: $tried tried");
    }

    # from one on, all of them: no memory at all, a disk that is full

    for my $kind (grep { $_ ne 'socket' } kinds()) {
        my @wrong = map { @{ $self->try($t, $kind, $_, 0, @how) // [] } }
            1, 3, 10;

        Test::More::is(join("\n", @wrong), '', "$name, $kind: no more");
    }
}


1;
