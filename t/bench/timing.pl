#!/usr/bin/perl

# Behind scripts/campaign-timing: sign-ins that fail, of several kinds, taken
# at random from one process over connections that stay open.

use strict;
use warnings;

use List::Util qw(max shuffle sum);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use Login::Connection;
use Login::Test;


my ($samples) = @ARGV;

my $HASH = $ENV{TIMING_HASH} // 'memory=19m passes=2';
my $WARM = 20;          # of each kind, not counted
my $T = 4.5;
my $GAP = 2;            # per cent

my $password = 'correct horse battery staple';
my $failed = 0;

$| = 1;


sub mean { sum(@_) / @_ }


sub variance {
    my $mean = mean(@_);

    return sum(map { ($_ - $mean) ** 2 } @_) / (@_ - 1);
}


# Welch's t, the difference of the means, and its standard error.

sub welch {
    my ($a, $b) = @_;

    my $error = sqrt(variance(@$a) / @$a + variance(@$b) / @$b);
    my $gap = mean(@$a) - mean(@$b);

    return ($gap / $error, $gap, $error);
}


sub median { my @s = sort { $a <=> $b } @_; $s[$#s / 2] }


# The bytes of a sign-in; all names are of one length.

sub request {
    my ($t, $username, $given) = @_;

    my $browser = $t->browser;
    my $csrf = $browser->get('/login/')->csrf;
    my $url = $browser->resolve('/login/');
    my $body = Login::Browser::encode([
        username => $username, password => $given, csrf => $csrf ]);

    return join "\r\n", 'POST /login/ HTTP/1.1',
        'Host: ' . $browser->host_of($url),
        'Origin: http://' . $browser->host_of($url),
        'Content-Type: application/x-www-form-urlencoded',
        'Content-Length: ' . length $body,
        'Cookie: ' . $browser->cookie_header($url),
        'Accept: text/html', '', $body;
}


# What the processors have worked for the worker so far, in ns: what others
# take of them does not count.

sub worked {
    my ($pid) = @_;

    my $sum = 0;

    for my $file (glob "/proc/$pid/task/*/schedstat") {
        open my $fh, '<', $file or next;
        $sum += (split ' ', readline $fh)[0];
    }

    return $sum;
}


# Times of each kind in ms, as the client sees it, and of the worker.

sub measure {
    my ($t, $status, %kinds) = @_;

    my %request = map { $_ => request($t, @{ $kinds{$_} }) } keys %kinds;
    my %times = map { $_ => [] } keys %kinds;
    my %work = map { $_ => [] } keys %kinds;
    my ($worker) = $t->workers;
    my @order = map { (sort keys %kinds) x $_ } $samples;
    my $connection = $t->connection;

    for my $kind ((sort keys %kinds) x $WARM, undef, shuffle @order) {

        if (!defined $kind) {
            $_ = [] for values %times, values %work;
            next;
        }

        my $before = worked($worker);
        my $start = clock_gettime(CLOCK_MONOTONIC);

        $connection->send($request{$kind});
        my $answer = $connection->response or die "closed\n";

        my $end = clock_gettime(CLOCK_MONOTONIC);

        die "$kind: status " . $answer->status . "\n"
            unless $answer->status == $status;

        push @{ $times{$kind} }, ($end - $start) * 1000;
        push @{ $work{$kind} }, (worked($worker) - $before) / 1e6;

        $connection = $t->connection
            if ($answer->header('Connection') // '') eq 'close';
    }

    return (\%times, \%work);
}


sub tables {
    my ($title, $than, $hash, $times, $work) = @_;

    table("$title, time until the answer", $times, $than,
          $hash // mean(@{ $times->{$than} }));
    table("$title, work of the processors", $work, $than,
          $hash // mean(@{ $work->{$than} }));
}


sub table {
    my ($title, $times, $than, $hash) = @_;

    print "\n$title, $samples of each, against \"$than\"\n\n",
        "| kind | mean ms | median ms | gap of means ms | +- | of the hash"
        . " | Welch's t | met |\n",
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n";

    for my $kind (sort keys %$times) {
        my @t = @{ $times->{$kind} };
        my ($t, $gap, $error) = $kind eq $than ? (0, 0, 0)
            : welch($times->{$kind}, $times->{$than});
        my $part = 100 * abs($gap) / $hash;
        my $met = abs $t < $T && $part < $GAP;

        $failed++ unless $met;

        printf "| %-24s | %8.3f | %8.3f | %+8.4f | %7.4f | %5.2f %% | %+6.2f"
            . " | %s |\n", $kind, mean(@t), median(@t), $gap, $error, $part,
            $t, $met ? 'yes' : 'NO';
    }
}


sub conf {
    my ($hash, $orgs) = @_;

    $orgs //= '';

    return <<"END";
login_hash $hash;
$orgs

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    keepalive_requests 100000000;

    location /login/ { login_portal; }
}
END
}


sub start {
    my (%opt) = @_;

    my $t = Login::Test->new(workers => 1, log => 'crit', %opt);

    $t->add_user($_, $password)
        for qw(known1@example.com disabl@example.com older1@example.com);
    $t->cli_ok('user', 'add', 'nopass@example.com');
    $t->cli_ok('import', 'htpasswd', $t->write_file('users',
        "import\@example.com:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"));

    return $t;
}


# Hashes the password anew, at the cost that is set.

sub rehash {
    my ($t, $username) = @_;

    my $browser = $t->browser;

    die "$username is not signed in\n"
        unless $browser->submit($browser->get('/login/'), {
            username => $username, password => $password })->status == 303;

    # nobody waits for the new hash to be kept

    sleep 1;
}


# --- names that are not locked

my $t = start();

$t->run(conf('memory=1m passes=1'));
rehash($t, 'older1@example.com');

$t->reload(conf($HASH));
rehash($t, $_) for qw(known1@example.com disabl@example.com);
$t->cli_ok('user', 'disable', 'disabl@example.com');

my @measured = measure($t, 403,
    'unknown name'            => [ 'nobody@example.com', $password ],
    'unknown name, once more' => [ 'noone1@example.com', $password ],
    'wrong password'          => [ 'known1@example.com', 'w' x 28 ],
    'disabled'                => [ 'disabl@example.com', $password ],
    'without a password'      => [ 'nopass@example.com', $password ],
    'imported {SHA}, wrong'   => [ 'import@example.com', 'w' x 28 ],
    'older cost, wrong'       => [ 'older1@example.com', 'w' x 28 ],
);

# a share of the hash: of the work, since the time depends on other load

my $hash = mean(@{ $measured[1]{'unknown name'} });

tables("Sign-ins with $HASH", 'unknown name', undef, @measured);

$t->stop;


# --- names in none, one and two of several organisations, without saying which

$t = start();
$t->add_user('single@example.com', $password, '--org', 'acme');
$t->add_user('double@example.com', $password, '--org', $_)
    for qw(acme globex);
$t->add_user('gone12@example.com', $password, '--org', 'initech');
$t->run(conf($HASH, 'login_org acme "Acme" { } login_org globex "Globex" { }'));
rehash($t, 'single@example.com');

tables("Several organisations with $HASH", 'name in none', undef,
    measure($t, 403,
        'name in none'            => [ 'nobody@example.com', $password ],
        'name in none, once more' => [ 'noone1@example.com', $password ],
        'name in one, wrong'      => [ 'single@example.com', 'w' x 28 ],
        'name in two, wrong'      => [ 'double@example.com', 'w' x 28 ],
        'name in two, right'      => [ 'double@example.com', $password ],
        'name in one that is not declared'
                                  => [ 'gone12@example.com', $password ],
    ));

$t->stop;


# --- names that are locked: no hash, so all the rest shows

$t = start(limit => 'login_limit attempts=2 lockout=1d rate=1000000/m;');
$t->run(conf($HASH));
$t->cli_ok('user', 'disable', 'disabl@example.com');

my %locked = (
    'locked, unknown name'            => [ 'nobody@example.com', $password ],
    'locked, unknown name, once more' => [ 'noone1@example.com', $password ],
    'locked, wrong password'          => [ 'known1@example.com', 'w' x 28 ],
    'locked, right password'          => [ 'known1@example.com', $password ],
    'locked, disabled'                => [ 'disabl@example.com', $password ],
);

for my $kind (sort keys %locked) {
    my $connection = $t->connection;

    for (1 .. 2) {
        $connection->send(request($t, $locked{$kind}[0], 'w' x 28));
        $connection->response;
    }
}

tables('Names that are locked', 'locked, unknown name', $hash,
    measure($t, 429, %locked));

$t->stop;

exit($failed ? 1 : 0);
