#!/usr/bin/perl

# What scripts/bench runs: see there.

use strict;
use warnings;

use IO::Socket::INET;
use List::Util qw(max sum);
use POSIX ();
use Time::HiRes qw(time sleep);

use Login::Test;


my $SECONDS = $ENV{BENCH_SECONDS} // 3;
my $ROUNDS = $ENV{BENCH_ROUNDS} // 5;
my $ACCOUNTS = $ENV{BENCH_ACCOUNTS} // 1_000_000;

my $password = 'correct horse battery staple';
my $store_tool = Login::Test::build_dir() . '/bench/bench_store';
my $failed = 0;
my @servers;


# --- output

sub row {
    my ($what, $value, $bar, $met, $detail) = @_;

    $failed++ unless $met;

    printf "| %-52s | %9s | %-9s | %-3s | %s |\n", $what, $value, $bar,
        $met ? 'yes' : 'NO', $detail;
}


sub at_least {
    my ($what, $value, $bar, $detail, $format) = @_;

    row($what, sprintf($format // '%.3f', $value), "≥ $bar", $value >= $bar,
        $detail);
}


sub at_most {
    my ($what, $value, $bar, $detail, $format) = @_;

    row($what, sprintf($format // '%.3f', $value), "≤ $bar", $value <= $bar,
        $detail);
}


sub median {
    my @sorted = sort { $a <=> $b } @_;

    return @sorted % 2 ? $sorted[$#sorted / 2]
        : ($sorted[@sorted / 2 - 1] + $sorted[@sorted / 2]) / 2;
}


# --- load

# Runs wrk; returns requests a second and the 99th percentile in ms.

sub wrk {
    my ($url, %opt) = @_;

    local $ENV{COOKIES} = $opt{cookies} // '';

    my @command = ('wrk', '-t1', '-c' . ($opt{connections} // 32),
                   "-d${SECONDS}s", '--latency', '-s', "$Login::Test::ROOT"
                   . '/t/bench/cookies.lua', $url);

    unshift @command, 'taskset', '2' unless $opt{anywhere};

    my $out = join '', `@command 2>&1`;

    die "wrk: $out" if $out =~ /Non-2xx|Socket errors/ && !$opt{errors};

    my ($rate) = $out =~ m{^Requests/sec:\s*([\d.]+)}m or die "wrk: $out";
    my ($p99, $unit) = $out =~ /^\s+99%\s+([\d.]+)(us|ms|s)/m;

    return ($rate, $p99 * { us => 0.001, ms => 1, s => 1000 }->{$unit});
}


# Both in turn, so that what else the machine does meets both.

sub ratio {
    my ($one, $other) = @_;

    my (@ratios, @ones, @others);

    for (1 .. $ROUNDS) {
        my ($a) = $one->();
        my ($b) = $other->();

        push @ones, $a;
        push @others, $b;
        push @ratios, $a / $b;
    }

    return (median(@ratios), sprintf '%.0f to %.0f a second', median(@ones),
            median(@others));
}


# --- servers

sub server {
    my ($http, %opt) = @_;

    my $t = Login::Test->new(
        workers     => 1,
        log         => 'error',
        connections => 2048,
        main        => ($opt{anywhere} ? '' : 'worker_cpu_affinity 01;'),
    );

    push @servers, $t;

    mkdir $t->dir . '/html';
    $t->write_file('html/1k.txt', 'x' x 1024);

    tool('fill', $t, $opt{fill}) if $opt{fill};

    $t->run("access_log off; keepalive_requests 1000000000;\n$http");

    return $t;
}


sub tool {
    my ($command, $t, @arguments) = @_;

    my $out = `$store_tool $command @{[ $t->store ]} @{[ $t->key ]} @arguments`;

    die "bench_store $command failed\n" if $?;

    return $out;
}


# A file with cookies of "n" sessions, each of another account.

sub cookies {
    my ($t, $n, $step) = @_;

    my $realm = 'http://localhost:' . $t->port . '/login/';

    return $t->write_file("cookies.$n",
                          tool('sessions', $t, $realm, $n, $step));
}


my $gate = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;

    location /login/ { login_portal; }
    location = /open { alias %%DIR%%/html/1k.txt; }
    location = /gated { login on; alias %%DIR%%/html/1k.txt; }
}
END


sub url { 'http://localhost:' . $_[0]->port . $_[1] }


# Two stores are enough for all that is asked here.

{
    my ($large, $small);

    sub large { $large //= server($gate, fill => $ACCOUNTS) }
    sub small { $small //= server($gate, fill => 10_000) }
}


sub asks {
    my ($t, $uri, $cookies, %opt) = @_;

    return sub {
        wrk('http://localhost:' . $t->port . $uri, cookies => $cookies, %opt);
    };
}


# --- the gate

sub bench_gate {
    my $t = small();
    my $cookies = cookies($t, 1, 1);
    my ($ratio, $detail) = ratio(asks($t, '/gated', $cookies),
                                 asks($t, '/open', $cookies));

    at_least('gate with a session / open file', $ratio, 0.95, $detail);
}


sub bench_sessions {
    my $t = large();
    my $cookies = cookies($t, 10_000, int $ACCOUNTS / 10_000);
    my ($ratio, $detail) = ratio(asks($t, '/gated', $cookies),
                                 asks($t, '/open', $cookies));

    at_least('the same, 10,000 sessions in turn', $ratio, 0.88, $detail);
}


sub bench_accounts {
    my $many = cookies(large(), 1000, int $ACCOUNTS / 1000);
    my $few = cookies(small(), 1000, 10);
    my ($ratio, $detail) = ratio(asks(large(), '/gated', $many),
                                 asks(small(), '/gated', $few));

    at_least("gate over $ACCOUNTS accounts / 10000", $ratio, 0.95, $detail);
}


# The floor of every daemon beside nginx: another nginx that only says yes.

sub bench_auth_request {
    my $yes = Login::Test->new(workers => 1, no_store => 1, init => 0,
                               log => 'error',
                               main => 'worker_cpu_affinity 01;');
    my $socket = $yes->dir . '/yes.sock';

    push @servers, $yes;

    $yes->run(<<"END");
access_log off;
keepalive_requests 1000000000;
server { listen unix:$socket; location / { return 204; } }
server { listen 127.0.0.1:%%PORT%%; }
END
    chmod 0666, $socket;

    my $t = server(<<"END");
upstream yes {
    server unix:$socket;
    keepalive 16;
    keepalive_requests 1000000000;
}

$gate

server {
    listen 127.0.0.1:%%PORT_asks%%;
    server_name localhost;

    location = /gated { auth_request /yes; alias %%DIR%%/html/1k.txt; }

    location = /yes {
        internal;
        proxy_pass http://yes;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Content-Length "";
        proxy_pass_request_body off;
    }
}
END

    $t->add_user('user0@example.com', $password);

    my $cookies = cookies($t, 1, 1);
    my ($ratio, $detail) = ratio(
        asks($t, '/gated', $cookies),
        sub { wrk('http://localhost:' . $t->port('asks') . '/gated',
                  cookies => $cookies) });

    at_least('gate / auth_request to a daemon', $ratio, 1.7, $detail);
}


sub bench_page {
    my $t = small();
    my $size = length $t->browser->get('/login/')->body;

    $t->write_file('html/page.html', 'x' x $size);

    my ($ratio, $detail) = ratio(asks($t, '/login/'), asks($t, '/page.html'));

    at_least('sign-in page / static file of its size', $ratio, 0.6, $detail);
}


# Counted, not timed: the same whatever else the machine does.

sub bench_instructions {
    my $t = small();
    my $cookie = (split /\n/, $t->read_file(cookies($t, 1, 1)))[0];
    my %count;

    for my $uri ('/open', '/gated') {
        my @totals = map { instructions($t, $uri, $cookie, $_) } 500, 1500;

        $count{$uri} = ($totals[1] - $totals[0]) / 1000;
    }

    at_most('instructions that the gate adds',
            $count{'/gated'} - $count{'/open'}, 3500,
            sprintf('to %d of the open file', $count{'/open'}), '%.0f');
}


sub instructions {
    my ($t, $uri, $cookie, $n) = @_;

    my $port = $t->port('callgrind');
    my $realm = 'http://localhost:' . $t->port . '/login/';
    my $conf = $t->read_file('nginx.conf');
    my $file = $t->dir . '/callgrind';

    # valgrind has no room for a large map

    $conf =~ s/^daemon off;/daemon off;\nmaster_process off;/m;
    $conf =~ s/listen[ ]127.0.0.1:\d+;/
               listen 127.0.0.1:$port; login_portal_url $realm;/x;
    $conf =~ s/nginx\.pid/callgrind.pid/;
    $conf =~ s/^worker_cpu_affinity.*$//m;
    $conf =~ s/(login_store [^;]+);/$1 map_size=256m;/;

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec 'valgrind', '--tool=callgrind', "--callgrind-out-file=$file",
            '/usr/sbin/nginx', '-p', $t->dir, '-c',
            $t->write_file('callgrind.conf', $conf) or POSIX::_exit(127);
    }

    my $socket;

    wait_for(sub {
        $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
    }) or die "nginx does not start under valgrind\n";

    for (1 .. $n) {
        my $answer = '';

        print $socket "GET $uri HTTP/1.1\r\nHost: localhost\r\n"
            . "Cookie: a=b; login=$cookie\r\n\r\n";
        $socket->flush;

        until ($answer =~ /\r\n\r\n.{1024}/s) {
            sysread $socket, $answer, 65536, length $answer
                or die "no answer: $answer\n";
        }
    }

    kill 'TERM', $pid;
    waitpid $pid, 0;

    my ($total) = $t->read_file($file) =~ /^(?:summary|totals): (\d+)/m
        or die "no result of valgrind\n";

    return $total;
}


# --- sign-ins

# "n" clients that sign in again and again; returns what stops them, which
# says how many sign-ins there were.

sub storm {
    my ($t, $n, @cpus) = @_;

    my (@pids, @pipes);

    for my $i (0 .. $n - 1) {
        pipe my $read, my $write or die "pipe: $!\n";

        my $pid = fork // die "fork: $!\n";

        if ($pid == 0) {
            my ($done, $stop) = (0, 0);

            $SIG{TERM} = sub { $stop = 1 };
            system 'taskset', '-cp', $cpus[0], $$ if @cpus;

            my $browser = $t->browser;

            until ($stop) {
                my $response = eval {
                    $browser->sign_in("user$i\@example.com", $password);
                };

                $done++ if $response && $response->status == 303;
                $browser = $t->browser;
            }

            syswrite $write, $done;
            POSIX::_exit(0);
        }

        push @pids, $pid;
        push @pipes, $read;
    }

    my $start = time;

    return sub {
        my $seconds = time - $start;

        kill 'TERM', @pids;
        waitpid $_, 0 for @pids;

        return sum(map { my $n = readline $_; $n // 0 } @pipes) / $seconds;
    };
}


sub signs_in {
    my ($n, %opt) = @_;

    my $t = server($gate, %opt);

    $t->add_user("user$_\@example.com", $password) for 0 .. $n - 1;

    return $t;
}


sub bench_signins {
    my $t = signs_in(8);
    my $cost = '19456 2';
    my @ratios;
    my ($rate, $raw);

    for (1 .. $ROUNDS) {
        my $stop = storm($t, 8);

        sleep $SECONDS;
        $rate = $stop->();
        $raw = `taskset 1 $store_tool hash $SECONDS $cost`;
        push @ratios, $rate / $raw;
    }

    at_least('sign-ins / raw argon2id of one thread', median(@ratios), 0.9,
             sprintf '%.1f to %.1f a second', $rate, $raw);
}


# Both cores are shared with the load, as on a small machine.

sub bench_storm {
    my $t = signs_in(8, anywhere => 1);
    my $cookies = cookies($t, 1, 1);
    my (@storm, @busy);

    for (1 .. $ROUNDS) {
        my $pid = fork // die "fork: $!\n";

        if ($pid == 0) {
            POSIX::nice(19);
            1 while 1;
        }

        push @busy, (asks($t, '/gated', $cookies, anywhere => 1)->())[1];
        kill 'KILL', $pid;
        waitpid $pid, 0;

        my $stop = storm($t, 8);

        push @storm, (asks($t, '/gated', $cookies, anywhere => 1)->())[1];
        $stop->();
    }

    at_most("gate's p99 in a storm / beside a busy process",
            median(@storm) / median(@busy), 2,
            sprintf '%.2f ms to %.2f ms', median(@storm), median(@busy));
}


# --- memory, store, start

sub resident {
    my ($t) = @_;

    my ($pid) = $t->workers;
    my ($kb) = Login::Test::read_file($t, "/proc/$pid/status")
        =~ /^VmRSS:\s+(\d+)/m;
    my ($file) = Login::Test::read_file($t, "/proc/$pid/status")
        =~ /^RssFile:\s+(\d+)/m;

    return ($kb - $file) / 1024;
}


# As many sign-ins wait at once in plain nginx, for a server that does not
# answer, as in front of a login of its own.

sub forwards {
    my ($t, $n) = @_;

    my $form = 'csrf=' . 'x' x 60 . '&username=user1%40example.com&password='
        . 'correct+horse+battery+staple';
    my @clients;

    for (1 .. $n) {
        my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $t->port)
            or die "connect: $!\n";

        push @clients, $client;
        print $client "POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
            . "Content-Type: application/x-www-form-urlencoded\r\n"
            . 'Content-Length: ' . length($form) . "\r\n\r\n$form";
    }

    return @clients;
}


sub bench_memory {
    my $silent = IO::Socket::INET->new(Listen => 1024,
                                       LocalAddr => '127.0.0.1')
        or die "listen: $!\n";
    my $plain = Login::Test->new(workers => 1, no_store => 1, init => 0,
                                 log => 'error', connections => 2048);

    push @servers, $plain;
    mkdir $plain->dir . '/html';
    $plain->write_file('html/1k.txt', 'x' x 1024);
    $plain->run(<<'END' =~ s/%%SILENT%%/$silent->sockport/er);
access_log off;
server {
    listen 127.0.0.1:%%PORT%%;
    location = /file { alias %%DIR%%/html/1k.txt; }
    location /login/ { proxy_pass http://127.0.0.1:%%SILENT%%; }
}
END

    my $t = signs_in(500);
    my $cookies = cookies($t, 400, 1);

    asks($plain, '/file')->();
    asks($t, '/gated', $cookies)->();

    my ($without, $with) = (resident($plain), resident($t));

    at_most('memory of a worker, MiB more than without', $with - $without,
            4, sprintf('%.1f MiB to %.1f MiB', $with, $without), '%.1f');

    my $stop = storm($t, 500);
    my $most = 0;

    for (1 .. 20 * $SECONDS) {
        $most = max($most, resident($t));
        sleep 0.1;
    }

    $stop->();

    my @clients = forwards($plain, 500);
    my ($idle, $before) = ($without, 0);

    until ($without > $idle && $without == $before) {
        sleep 0.5;
        ($before, $without) = ($without, resident($plain));
    }

    at_most('the same in a storm of 500 sign-ins', $most - $without,
            19 * 1.1, sprintf('%.1f MiB to %.1f MiB, a hash takes 19', $most,
                              $without), '%.1f');
}


sub bench_commits {
    my $t = small();
    my ($ratio, $detail) = ratio(
        sub { tool('commits', $t, $SECONDS, 64) },
        sub { tool('commits', $t, $SECONDS, 1) });

    at_least('durable changes, 64 at once / one at a time', $ratio, 4,
             $detail, '%.1f');
}


sub bench_import {
    my $t = Login::Test->new;
    my $file = $t->dir . '/users';

    open my $fh, '>', $file or die "$file: $!\n";

    print $fh "user$_\@example.com:\$argon2id\$v=19\$m=19456,t=2,p=1"
        . '$c29tZXNhbHRzb21lc2FsdA$'
        . "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
        for 1 .. $ACCOUNTS;
    close $fh;

    my $start = time;

    $t->cli_ok('import', 'htpasswd', $file);

    at_least('import, accounts a second', $ACCOUNTS / (time - $start), 50_000,
             "$ACCOUNTS accounts", '%.0f');
}


sub bench_start {
    my (%start, %reload);

    for my $t (large(), server($gate, fill => 10)) {
        for (1 .. $ROUNDS) {
            $t->stop;

            my $now = time;

            $t->start;
            push @{ $start{$t} }, time - $now;

            my @old = $t->workers;

            $now = time;
            kill 'HUP', $t->pid;
            wait_for(sub { grep { my $pid = $_; !grep { $_ == $pid } @old }
                           $t->workers });
            push @{ $reload{$t} }, time - $now;
        }
    }

    my ($many, $few) = map { median(@$_) } @start{ grep { $_ eq large() }
                                                   keys %start },
        @start{ grep { $_ ne large() } keys %start };

    at_most("start with $ACCOUNTS accounts / with 10", $many / $few, 1.25,
            sprintf '%.0f ms to %.0f ms', 1000 * $many, 1000 * $few);

    ($many, $few) = map { median(@$_) } @reload{ grep { $_ eq large() }
                                                 keys %reload },
        @reload{ grep { $_ ne large() } keys %reload };

    at_most("reload with $ACCOUNTS accounts / with 10", $many / $few, 1.25,
            sprintf '%.0f ms to %.0f ms', 1000 * $many, 1000 * $few);
}


sub machine {
    my ($cpu) = `lscpu` =~ /^Model name:\s*(.*?)\s*$/m;
    my ($kb) = Login::Test::read_file(undef, '/proc/meminfo')
        =~ /^MemTotal:\s+(\d+)/m;
    my ($nginx) = `nginx -v 2>&1` =~ m{(nginx/\S+)};
    my ($system, undef, $kernel) = POSIX::uname();

    printf "%d cores of %s, %.0f GiB, %s %s, %s, %s: medians of %d rounds of "
        . "%d s, %d accounts.\n\n", `nproc`, $cpu // 'a CPU',
        $kb / 2 ** 20, $system, $kernel, $nginx,
        POSIX::strftime('%Y-%m-%d', gmtime), $ROUNDS, $SECONDS, $ACCOUNTS;
}


my @all = qw(gate sessions auth_request page accounts instructions signins
             storm memory commits import start);
my %bench = map { my $name = "bench_$_"; $_ => main->can($name) } @all;
my @names = @ARGV ? @ARGV : @all;

for my $name (@names) {
    die "unknown \"$name\", there are: @all\n" unless $bench{$name};
}

$| = 1;

machine();

printf "| %-52s | %9s | %-9s | %-3s | %s |\n", 'measure', 'median', 'bar',
    'met', 'of';
print '| ', '-' x 52, ' | ', '-' x 8, ': | ', '-' x 9, " | --- | --- |\n";


$bench{$_}->() for @names;
$_->stop for @servers;

exit($failed ? 1 : 0);
