package Login::Campaign;

# What the campaigns in t/campaign/ share: a seed, clients in processes of
# their own, the end of nginx without a word, and the count of what went
# wrong.

use strict;
use warnings;

use Config;
use Exporter qw(import);
use IO::Select;
use JSON::PP;
use POSIX ();
use Test::More ();
use Time::HiRes qw(sleep);

use Login::Test qw(wait_for);


our @EXPORT = qw(adopt asked at_once chance clients_children clients_end
                 clients_start complain fault gone kill_all number one_of
                 passes pause seed verdict);

my $seed;
my %faults;
my $SHOWN = 20;         # of each kind of fault


# --- chance

# The same seed makes the same choices again, though not the same moments.

sub seed {
    $seed = $ENV{CAMPAIGN_SEED} // int rand 2 ** 31;

    srand $seed;
    $| = 1;

    # nginx does not stay behind
    $SIG{INT} = $SIG{TERM} = sub { exit 1 };

    print "seed $seed (CAMPAIGN_SEED=$seed for the same choices)\n";
}


sub one_of { $_[int rand @_] }
sub chance { rand() < $_[0] }


# A number that scripts are called with.

sub number {
    my ($name, $default) = @_;

    my $number = shift(@ARGV) // $default;

    $number =~ /^\d{1,7}$/ or die "bad number of $name \"$number\"\n";

    return $number;
}


# A random moment, this many seconds away at most, mostly soon.

sub pause { sleep $_[0] * rand() ** 2 }


# --- processes

# Whoever loses its parent becomes a child of this process, which then hears
# of its end: masters of an upgrade, workers of a master that was killed.

sub adopt {
    my %prctl = (x86_64 => 157, aarch64 => 167);
    my ($machine) = grep { $Config{archname} =~ /^$_/ } keys %prctl;

    die "not known on $Config{archname}\n" unless $machine;

    # PR_SET_CHILD_SUBREAPER

    syscall($prctl{$machine}, 36, 1, 0, 0, 0) == 0 or die "prctl: $!\n";
}


# Has a process come to its end?  Takes notice of it where it is a child.

sub gone {
    my ($pid) = @_;

    waitpid $pid, POSIX::WNOHANG();

    return !kill 0, $pid;
}


# Kills the master first, which then starts no others, its workers, and
# whoever else is given; returns how many.

sub kill_all {
    my ($t, @others) = @_;

    my @pids = (delete $t->{pid}, @others);

    splice @pids, 1, 0, split ' ',
        $t->read_file("/proc/$pids[0]/task/$pids[0]/children");

    kill 'KILL', @pids;

    for my $pid (@pids) {
        wait_for(sub { gone($pid) || grep { $_ == $pid } @others })
            or die "process $pid does not end\n";
    }

    return scalar @pids;
}


# Runs "code" in "n" processes.  Each is called with its number, and a
# function that says when to come to an end; clients_end() tells them so, and
# returns what they returned.

sub clients_start {
    my ($n, $code) = @_;

    my @seeds = map { int rand 2 ** 31 } 1 .. $n;

    pipe my $told, my $tell or die "pipe: $!\n";

    my $select = IO::Select->new($told);
    my %clients = (tell => $tell, told => $told, list => []);

    for my $i (0 .. $n - 1) {
        pipe my $reader, my $writer or die "pipe: $!\n";

        my $pid = fork // die "fork: $!\n";

        if ($pid) {
            push @{ $clients{list} }, { pid => $pid, reader => $reader };
            next;
        }

        srand $seeds[$i];

        my $result = eval {
            $code->($i, sub { scalar $select->can_read(0) });
        };

        my $text = encode_json(defined $result ? { result => $result }
                                               : { died => "$@" });

        while (length $text) {
            my $written = syswrite $writer, $text;
            last unless defined $written;
            substr $text, 0, $written, '';
        }

        POSIX::_exit(0);
    }

    return \%clients;
}


# The processes that clients have started, such as nginx-login.

sub clients_children {
    my ($t, $clients) = @_;

    return map { split ' ', $t->read_file("/proc/$_->{pid}/task/$_->{pid}"
                                          . '/children') }
        @{ $clients->{list} };
}


sub clients_end {
    my ($clients) = @_;

    syswrite $clients->{tell}, '.';

    my @results;

    for my $client (@{ $clients->{list} }) {
        my $reader = $client->{reader};
        my $text = do { local $/; readline $reader } // '';

        waitpid $client->{pid}, 0;

        my $answer = length $text ? decode_json($text) : { died => 'killed' };

        die "a client ended: $answer->{died}\n" if exists $answer->{died};

        push @results, $answer->{result};
    }

    return @results;
}


# An answer, or undef where the server went away.

sub asked {
    my ($code) = @_;

    my $answer = eval { $code->() };

    die $@ if !$answer
        && $@ !~ /closed without|connect to|ends early|ends within/;

    return $answer;
}


# --- many requests at the same time

# Sends each its bytes on its connection, all but the last ones first, so
# that all of them are complete at nearly the same time.

sub at_once {
    my @pairs = @_;     # [ connection, bytes ]

    $_->[0]->send(substr $_->[1], 0, -1) for @pairs;
    $_->[0]->send(substr $_->[1], -1) for @pairs;
}


# --- what went wrong

# A fault of a kind, with what to look for.

sub fault {
    my ($kind, $text) = @_;

    my $n = ++$faults{$kind};

    print STDERR "$kind: $text\n" if $n <= $SHOWN;
    print STDERR "$kind: and more\n" if $n == $SHOWN + 1;
}


# What nginx's logs complain of.

sub complain {
    my ($t) = @_;

    my ($alerts, $reports, $signals) = $t->log_faults;

    fault('complaint', $_) for @$alerts, @$reports, @$signals;
    print STDERR $t->report if @$reports;
}


# Closes with how often each kind was there, and the exit status.

sub verdict {
    my @kinds = @_;

    my %seen;

    push @kinds, 'complaint', sort keys %faults;
    @kinds = grep { !$seen{$_}++ } @kinds;

    print join(', ', map { "$_ " . ($faults{$_} // 0) } @kinds), "\n";

    exit(%faults ? 1 : 0);
}


# Runs a campaign in small, as a test.

sub passes {
    my ($name, @arguments) = @_;

    my @command = ($^X, '-w', '-I', "$Login::Test::ROOT/t/lib",
                   "$Login::Test::ROOT/t/campaign/$name.pl", @arguments);

    open my $out, '-|', @command or die "$name: $!\n";

    my @lines = readline $out;

    close $out;
    chomp @lines;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::More::is($?, 0, "campaign $name @arguments");
    Test::More::like($lines[-1] // '', qr/^\w[\w -]* 0(, \w[\w -]* 0)*$/,
                     'and it came to its end');
    Test::More::diag($_) for grep { $? || /^seed/ && $ENV{TEST_VERBOSE} }
        @lines;
}


1;
