#!/usr/bin/perl

# What scripts/campaign-reload runs: see there.
#
# A request has failed where it was sent on a new connection and got no
# answer, or another one than it must get.  A connection that was kept open
# may be closed between two requests by a worker that shall end; a request
# that meets this, without a byte of an answer, is sent once more on a new
# connection, as browsers do, and is counted as such.

use strict;
use warnings;

use Time::HiRes qw(sleep);

use Login::Campaign;
use Login::Test;


my $RELOADS = number('reloads', 200);
my $UPGRADES = number('upgrades', 5);
my $CLIENTS = 5;
my $SESSIONS = 5;       # that each client keeps
my $DEAD = 40;          # that each goes on asking with
my $GROWTH = 0.01;      # of the master's memory

seed();
adopt();

my $password = 'correct horse battery staple';
my @people = map { "user$_\@example.com" } 0 .. $CLIENTS - 1;

my $t = Login::Test->new(
    accounts => { map { $_ => $password } @people },
    workers  => 4,
    log      => 'notice',
    http     => 'login_hash memory=1m passes=1; access_log off;',

    # for the second master
    main     => 'env LD_PRELOAD; env ASAN_OPTIONS; env UBSAN_OPTIONS;',
);


# --- clients

my %count;


sub failed {
    my ($what, $answer) = @_;

    push @{ $count{failed} }, "$what: " . ($answer
        ? 'answered with ' . $answer->status : $@ =~ s/\n.*//sr);
}


# One request on a connection of its own.

sub ask {
    my ($what, $status, $code) = @_;

    $count{requests}++;

    my $answer = eval { $code->() };

    return $answer if $answer && $answer->status == $status;

    failed($what, $answer);

    return;
}


# The gate's answer to a cookie, on a connection that stays: 1, 0, or undef
# where the request has failed.

my $kept;

sub gate {
    my ($cookie) = @_;

    my $request = "GET / HTTP/1.1\r\nHost: localhost\r\n"
        . "Cookie: login=$cookie\r\n\r\n";

    for my $try (1, 2) {
        my $old = $kept;
        my $answer = eval {
            $kept //= $t->connection;
            $kept->send($request) ? $kept->response : undef;
        };

        $count{requests}++ if $try == 1;

        my $none = $old && !$answer && $old->{buffer} eq '';

        undef $kept if !$answer
            || ($answer->header('Connection') // '') eq 'close';

        if ($none && $try == 1) {
            $count{retried}++;
            next;
        }

        if ($answer && $answer->status == 200
            && $answer->body =~ /^canary/)
        {
            return 1;
        }

        return 0 if $answer && $answer->status =~ /^(?:302|401)$/;

        $@ ||= 'closed without an answer';
        failed('gate', $answer);

        return;
    }
}


sub sign_in {
    my ($person) = @_;

    my $browser = $t->browser;
    my $page = ask('sign-in page', 200, sub { $browser->get('/login/') })
        or return;

    ask('sign-in', 303, sub {
        $browser->submit($page, { username => $person,
                                  password => $password });
    }) or return;

    return $browser;
}


# Has it been acknowledged?

sub sign_out {
    my ($browser) = @_;

    my $page = ask('sign-out page', 200,
                   sub { $browser->get('/login/logout') }) or return;
    my ($form) = grep { ($_->{action} // '') !~ m{language$} } $page->forms;

    return ask('sign-out', 303,
               sub { $browser->submit($page, {}, form => $form) });
}


sub client {
    my ($i, $stop) = @_;

    my (@alive, @dead);

    %count = (map({ $_ => 0 } qw(requests retried sign_ins sign_outs)),
              map { $_ => [] } qw(failed lost revived));

    # one round more after the last change of nginx

    for (my $last = 0; $last < 2; $last += $stop->() ? 1 : 0) {

        if (@alive < $SESSIONS && (my $browser = sign_in($people[$i]))) {
            push @alive, $browser->cookie('login');
            $count{sign_ins}++;
        }

        if (@alive >= $SESSIONS || (@alive && chance(0.3))) {
            my $cookie = splice @alive, rand @alive, 1;
            my $browser = $t->browser;

            $browser->cookie('login', $cookie);

            # without an answer it is neither

            if (sign_out($browser)) {
                push @dead, $cookie;
                $count{sign_outs}++;
            }

            shift @dead if @dead > $DEAD;
        }

        for my $cookie (@alive) {
            push @{ $count{lost} }, $cookie if !(gate($cookie) // 1);
        }

        # the latest ones, and one of the others

        my $from = $last || @dead < 4 ? 0 : @dead - 3;

        for my $cookie (@dead[$from .. $#dead],
                        $from ? one_of(@dead[0 .. $from - 1]) : ())
        {
            push @{ $count{revived} }, $cookie if gate($cookie);
        }
    }

    return \%count;
}


# --- the master

# Its memory in KiB and its descriptors, when only as many workers are left
# as it shall have: each has a socket of the master's.

sub measure {
    wait_for(sub { $t->workers(all => 1) == $t->{workers} })
        or die "old workers do not end\n";

    my $status = $t->read_file('/proc/' . $t->pid . '/status');
    my ($memory) = $status =~ /^VmRSS:\s*(\d+)/m;

    return ($memory, descriptors());
}


sub descriptors {
    return scalar(() = glob '/proc/' . $t->pid . '/fd/*');
}


# As an init script does: WINCH and USR2 are for masters that are daemons.

sub start_daemon {
    my $text = $t->conf($t->{http_text});

    $text =~ s/^daemon off;/daemon on;/m or die "no daemon\n";
    $t->write_file('nginx.conf', $text);

    waitpid $t->spawn, 0;

    $t->{pid} = wait_for(sub { pid_in('nginx.pid') })
        or die "nginx does not start\n";

    wait_for(sub { $t->answers && $t->workers == $t->{workers} })
        or die "nginx does not start\n";
}


sub workers_of {
    my ($pid) = @_;

    local $t->{pid} = $pid;

    return $t->workers(all => 1);
}


sub pid_in {
    my ($name) = @_;

    return $t->read_file($name) =~ /^(\d+)\n/ ? $1 : 0;
}


# A second master with its workers, beside the old one; the last time they
# stay so for a minute, unless this is a small run.

my $both = 1;

sub upgrade_begin {
    my $old = $t->pid;

    $t->signal('USR2', $old);

    my $new = wait_for(sub {
        my $pid = pid_in('nginx.pid');

        return $pid && $pid != $old && workers_of($pid) == $t->{workers}
            && $pid;
    }) or die "no second master\n";

    return ($old, $new);
}


sub upgrade {
    my ($old, $new) = upgrade_begin();

    $both > 1 ? sleep $both : pause($both);
    $t->signal('WINCH', $old);
    wait_for(sub { !workers_of($old) }) or die "WINCH: workers stay\n";
    pause(0.5);
    $t->signal('QUIT', $old);
    wait_for(sub { gone($old) }) or die "QUIT: the old master stays\n";
    $t->{pid} = $new;
}


# The old master's workers come back, and the new one ends.

sub upgrade_rolled_back {
    my ($old, $new) = upgrade_begin();

    $both > 1 ? sleep $both : pause($both);
    $t->signal('WINCH', $old);
    wait_for(sub { !workers_of($old) }) or die "WINCH: workers stay\n";
    pause(0.5);
    $t->signal('HUP', $old);
    wait_for(sub { workers_of($old) == $t->{workers} })
        or die "HUP: no workers\n";
    pause(0.5);
    $t->signal('QUIT', $new);
    wait_for(sub { gone($new) }) or die "QUIT: the new master stays\n";
    wait_for(sub { pid_in('nginx.pid') == $old })
        or die "the old master does not take its file back\n";
}


# --- all of it

$t->port;
$t->{http_text} = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    keepalive_requests 50;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END
start_daemon();

my $clients = clients_start($CLIENTS, \&client);
my ($memory, $files);

for my $i (1 .. $RELOADS) {

    # mostly while workers of the one before are still at work

    $t->reload(undef, old => 1) or die "nginx did not reload\n";
    pause(0.2);

    print "$i reloads\n" if $i % 50 == 0 || $i == $RELOADS;

    # when what grows once has grown

    ($memory, $files) = measure() if $i == 1 + int $RELOADS / 10;
}

if ($RELOADS) {
    my ($now, $open) = measure();

    print "master: $memory KiB and $files descriptors after a tenth of the"
        . " reloads, $now KiB and $open at the end\n";

    fault('grown', "memory from $memory to $now KiB")
        if $RELOADS >= 100 && $now > $memory * (1 + $GROWTH);

    # the master closes a worker's channel a moment after it has gone

    wait_for(sub { descriptors() <= $files })
        or fault('grown', "descriptors from $files to " . descriptors());
}

for my $i (1 .. $UPGRADES) {
    $both = 60 if $i == $UPGRADES && $i >= 5;
    $i % 2 ? upgrade() : upgrade_rolled_back();
    pause(0.5);
    print "$i upgrades, ", int($i / 2), " rolled back\n";
}

my @results = clients_end($clients);
my %sum;

for my $result (@results) {
    $sum{$_} += $result->{$_} for qw(requests retried sign_ins sign_outs);

    fault('failed requests', $_) for @{ $result->{failed} };
    fault('lost sign-ins', $_) for @{ $result->{lost} };
    fault('lost revocations', $_) for @{ $result->{revived} };
}

printf "%d requests, of them %d sent again, %d sign-ins, %d sign-outs\n",
    @sum{qw(requests retried sign_ins sign_outs)};

$t->stop == 0 or fault('complaint', 'nginx does not end clean');
complain($t);
verdict('failed requests', 'lost sign-ins', 'lost revocations', 'grown');
