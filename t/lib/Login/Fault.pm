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
);


# The sanitizers have an allocator of their own.

sub kinds {
    return grep { !Login::Test::sanitized() || $_ ne 'memory' }
        qw(memory map write sync open socket thread read name);
}


# LOGIN_FAULTS=N: every call of the first N; without, some of them, further
# and further apart.

sub numbers {
    my ($kind) = @_;

    my $all = $ENV{LOGIN_FAULTS};
    my $n = 0;

    return sub {
        return $n < $all ? ++$n : undef if $all;

        $n += $n < 4 ? 1 : 1 + int $n * ($kind eq 'memory' ? 0.8 : 0.5);

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


1;
