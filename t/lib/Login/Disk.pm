package Login::Disk;

# A disk below the store that fails when a test says so.
#
#     my $disk = Login::Disk->new;
#     my $t = Login::Test->new($disk->options, ...);
#
#     $disk->fail(data => ENOSPC);
#     ...
#     $disk->heal;

use strict;
use warnings;

use File::Temp;

use Login::Test ();


# See fail_write.c.

my %place = (data => 0, meta => 4, sync => 8, fate => 12, hits => 16);
my %fate = (lost => 0, seen => 1, gone => 2);


sub new {
    my ($class) = @_;

    my $self = bless {
        control => File::Temp->new,
        library => File::Temp->new(SUFFIX => '.so'),
    }, $class;

    print { $self->{control} } "\0" x (64 + 8192);
    $self->{control}->flush;
    chmod 0666, $self->{control}->filename;

    system('gcc', '-O2', '-shared', '-fPIC', '-o',
           $self->{library}->filename,
           "$Login::Test::ROOT/t/lib/fail_write.c") == 0
        or die "fail_write.c does not compile\n";
    chmod 0755, $self->{library}->filename;

    return $self;
}


# For Login::Test->new().

sub options {
    my ($self) = @_;

    return (env     => { FAIL_WRITE => $self->{control}->filename },
            preload => [ $self->{library}->filename ]);
}


sub set {
    my ($self, $what, $value) = @_;

    sysseek $self->{control}, $place{$what}, 0;
    syswrite $self->{control}, pack 'l', $value;
}


# fail(data => errno): writes of pages; sync => errno; meta => errno: of the
# meta page, "fate" => what becomes of it: lost, seen, gone.

sub fail {
    my ($self, %fault) = @_;

    $self->set(fate => $fate{ delete $fault{fate} // 'lost' });
    $self->set($_ => 0 + $fault{$_}) for keys %fault;
}


# Returns how often something failed.

sub heal {
    my ($self) = @_;

    $self->set($_ => 0) for qw(data meta sync);

    sysseek $self->{control}, $place{hits}, 0;
    sysread $self->{control}, my $hits, 4;

    $self->set(hits => 0);

    return unpack 'l', $hits;
}


1;
