#!/usr/bin/perl

# What scripts/campaign-race runs: see there.
#
# A race is a name, how many rounds it has, and code that runs one of them.
# race() says how often; what is wrong is told by fault().  A race of 50 has
# its requests on connections that are spread over all workers, and sends
# their last bytes together.

use strict;
use warnings;

use JSON::PP;
use POSIX ();

use Login::Campaign;
use Login::Test;


my $ROUNDS = number('rounds', 1000);
my $MANY = 50;
my $GUESSES = 200;

# sign-ins under way count as failures, so that more than MANY must be allowed
my $ATTEMPTS = 60;

# idle time of a session, and the twentieth of it that makes it slide
my $IDLE = 200_000;
my $STEP = $IDLE / 20;

seed();

my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $clock = 1_900_000_000;

my $t = Login::Test->new(
    accounts => { $ann => $password },
    workers  => 4,
    clock    => $clock,
    log      => 'notice',
    limit    => "login_limit attempts=$ATTEMPTS lockout=5m rate=1000000/m;",
    http     => "login_hash memory=1m passes=1; login_session idle=$IDLE;"
                . ' access_log off;',
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name localhost;
    login on;
    keepalive_requests 100000000;
    keepalive_timeout 1d;

    location /login/ { login_portal; }
    location = /worker { login off; return 200 $pid; }
    location / { return 200 "canary $login_user"; }
}
END


# --- requests

# Connections that stay, the same number to each worker, in turn.

my (@connections, @workers);


sub connect_all {
    my ($each) = @_;

    my %of;

    while (grep({ @$_ < $each } values %of) || keys %of < $t->{workers}) {
        my $connection = $t->connection;

        $connection->send("GET /worker HTTP/1.1\r\nHost: localhost\r\n\r\n");

        my $pid = $connection->response->body;

        push @{ $of{$pid} }, $connection if @{ $of{$pid} // [] } < $each;
    }

    @workers = map { $of{$_}[0] } sort keys %of;
    @connections = map {
        my $i = $_;
        map { $of{$_}[$i] } sort keys %of;
    } 0 .. $each - 1;
}


sub gate {
    my ($cookie) = @_;

    return "GET / HTTP/1.1\r\nHost: localhost\r\n"
        . "Cookie: login=$cookie\r\n\r\n";
}


sub form {
    my ($path, $cookies, $fields) = @_;

    my $body = Login::Browser::encode($fields);

    return "POST $path HTTP/1.1\r\nHost: localhost\r\n"
        . 'Cookie: ' . join('; ', map { "$_=$cookies->{$_}" }
                            sort keys %$cookies)
        . "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}


# A form to sign in, from a browser of its own.

sub signing_in {
    my ($user, $word) = @_;

    my $browser = $t->browser;
    my $page = $browser->get('/login/');

    return form('/login/',
                { login_browser => $browser->cookie('login_browser') },
                { csrf => $page->csrf, username => $user,
                  password => $word });
}


# Somebody who is signed in: { cookie, sign_out => the form to end it }.

sub session {
    my ($user) = @_;

    my $browser = $t->browser;
    my $answer = $browser->sign_in($user // $ann, $password);

    $answer->status == 303 or die 'sign-in: ' . $answer->status . "\n";

    my $csrf = $browser->get('/login/logout')->csrf;
    my %cookies = map { $_ => $browser->cookie($_) }
        qw(login login_browser);

    return { cookie   => $cookies{login},
             sign_out => form('/login/logout', \%cookies,
                              { csrf => $csrf }) };
}


# Sends all of them at once, and returns the answers in their order.

sub at_the_same_time {
    my @requests = @_;

    my @pairs = map { [ $connections[$_], $requests[$_] ] } 0 .. $#requests;

    at_once(@pairs);

    return map { $_->[0]->response // die "no answer\n" } @pairs;
}


# By how many workers a cookie is taken.

sub accepted {
    my ($cookie) = @_;

    my $n = 0;

    for my $worker (@workers) {
        $worker->send(gate($cookie));
        $n++ if $worker->response->body =~ /^canary/;
    }

    return $n;
}


# nginx-login, while others are at work; ended() waits for it.

sub in_background {
    my @arguments = @_;

    my $pid = fork // die "fork: $!\n";

    return $pid if $pid;

    my ($status) = $t->cli(@arguments);
    POSIX::_exit($status);
}


sub ended {
    my ($pid) = @_;

    waitpid $pid, 0;

    return $? == 0;
}


sub listed {
    return map { $_->{id} } @{ decode_json(
        $t->cli_ok('--json', 'session', 'list', $ann)) };
}


sub statuses {
    my %count;

    $count{ $_->status }++ for @_;

    return join ', ', map { "$count{$_} with $_" } sort keys %count;
}


# --- races

sub race {
    my ($name, $rounds, $code) = @_;

    $rounds = 1 if $rounds < 1;

    $code->($_) for 1 .. $rounds;

    print "$name: $rounds\n";
}


connect_all(POSIX::ceil($GUESSES / $t->{workers}));

race("$MANY sign-ins of an account", $ROUNDS / 20, sub {
    $t->cli_ok('session', 'revoke', $ann);

    my @answers = at_the_same_time(map { signing_in($ann, $password) }
                                   1 .. $MANY);
    my %cookies = map { $_->{value} => 1 }
        map { $_->cookie('login') // () } @answers;

    fault('failed', 'sign-ins: ' . statuses(@answers))
        if grep { $_->status != 303 } @answers;
    fault('lost', 'sign-ins: ' . keys(%cookies) . ' cookies')
        if keys %cookies != $MANY;

    my $listed = listed();

    fault('lost', "sign-ins: $listed are listed") if $listed != $MANY;

    for my $cookie (sort keys %cookies) {
        my $n = accepted($cookie);
        fault('lost', "a session: $n workers") if $n != @workers;
    }
});


race("$MANY sign-outs of one session", $ROUNDS / 5, sub {
    my $session = session();
    my @answers = at_the_same_time(($session->{sign_out}) x $MANY);
    my $n = accepted($session->{cookie});

    # who comes later finds none to end, and is led to the form all the same

    fault('failed', 'sign-outs: ' . statuses(@answers))
        if grep { $_->status != 303 } @answers;
    fault('revoked accepted', "signed out: $n workers") if $n;
});


race("$MANY sign-outs of an account's sessions", $ROUNDS / 20, sub {
    my @sessions = map { session() } 1 .. $MANY;
    my @answers = at_the_same_time(map { $_->{sign_out} } @sessions);

    fault('failed', 'sign-outs: ' . statuses(@answers))
        if grep { $_->status != 303 } @answers;

    for my $session (@sessions) {
        my $n = accepted($session->{cookie});
        fault('revoked accepted', "signed out: $n workers") if $n;
    }
});


# Half of them sign in while the other half signs out and the command line
# ends everything: what was there before is gone, what is new is there or
# not, but the same in each worker and in the list.

my @ends = (
    [ 'session', 'revoke', $ann ],
    [ 'user', 'disable', $ann ],
);

race("$MANY sign-ins and sign-outs while all are revoked", $ROUNDS / 20, sub {
    my ($round) = @_;

    my $end = $ends[$round % @ends];
    my @sessions = map { session() } 1 .. $MANY / 2;
    my @requests = map { ($_->{sign_out}, signing_in($ann, $password)) }
        @sessions;

    my $pid = in_background(@$end);

    # before, beside, or behind it

    pause(0.05);

    my @answers = at_the_same_time(@requests);

    ended($pid) or fault('failed', "nginx-login @$end");

    for my $i (0 .. $#answers) {
        my $status = $answers[$i]->status;
        my $right = $i % 2 == 0 ? $status =~ /^303$/
            : $end->[1] eq 'disable' ? $status =~ /^(?:303|403|429|503)$/
            : $status =~ /^(?:303|503)$/;

        fault('failed', ($i % 2 ? 'sign-in' : 'sign-out')
              . " beside @$end: $status") unless $right;
    }

    for my $session (@sessions) {
        my $n = accepted($session->{cookie});
        fault('revoked accepted', "@$end: $n workers") if $n;
    }

    my $taken = 0;

    for my $cookie (map { $_->cookie('login') // () } @answers) {
        next unless length $cookie->{value};

        my $n = accepted($cookie->{value});

        fault('torn', "a new session: $n workers") if $n && $n != @workers;
        $taken++ if $n;
    }

    my $listed = listed();

    fault('torn', "$taken new sessions, $listed are listed")
        if $listed != $taken;
    fault('revoked accepted', "$taken of a disabled account")
        if $taken && $end->[1] eq 'disable';

    $t->cli_ok('user', 'enable', $ann) if $end->[1] eq 'disable';
    $t->cli_ok('user', 'unlock', $ann);
    $t->cli_ok('session', 'revoke', $ann);
});


# B12

my $slid = 0;

race('a session slides in some workers and is ended in another', $ROUNDS, sub {
    my ($round) = @_;

    my $session = session();

    $t->set_clock($clock += $STEP);

    # as long as they are few, who comes first is open

    my @gates = (gate($session->{cookie})) x (1 + int rand 4);
    my (@answers, $pid);

    if ($round % 8 == 0) {
        $pid = in_background('session', 'revoke', $ann);
        pause(0.02);
        @answers = at_the_same_time(@gates);
        ended($pid) or fault('failed', 'nginx-login session revoke');

    } else {
        my $place = int rand(@gates + 1);

        splice @gates, $place, 0, $session->{sign_out};
        @answers = at_the_same_time(@gates);

        my ($out) = splice @answers, $place, 1;

        fault('failed', 'sign-out: ' . $out->status)
            if $out->status != 303;
    }

    my @new = map { $_->cookie('login') // () } @answers;

    @new = grep { length } map { $_->{value} } @new;
    $slid += @new;

    for my $cookie ($session->{cookie}, @new) {
        my $n = accepted($cookie);
        fault('revoked accepted', "slid: $n workers") if $n;
    }
});

print "$slid cookies were issued anew meanwhile\n";


# B06

race("an old cookie $GUESSES times after the sign-out", $ROUNDS / 20, sub {
    my $session = session();

    # every worker knows it well

    accepted($session->{cookie}) == @workers
        or fault('lost', 'a new session');

    my ($answer) = at_the_same_time($session->{sign_out});

    fault('failed', 'sign-out: ' . $answer->status)
        if $answer->status != 303;

    my @answers = at_the_same_time((gate($session->{cookie})) x $GUESSES);

    for my $answer (@answers) {
        fault('revoked accepted', 'replayed: ' . $answer->status)
            if $answer->body =~ /^canary/ || $answer->status !~ /^(?:302|401)$/;
    }
});


# What is refused costs no hash: as many are tried as one after the other.

race("$GUESSES guesses at once, and one after the other", $ROUNDS / 100, sub {
    my ($round) = @_;

    my @tried;

    for my $way (0, 1) {
        my $user = "guess$round-$way\@example.com";
        my @requests = map { signing_in($user, "guess $_") } 1 .. $GUESSES;
        my @answers = $way ? map({ at_the_same_time($_) } @requests)
            : at_the_same_time(@requests);

        push @tried, scalar grep { $_->status == 403 } @answers;

        fault('failed', 'guesses: ' . statuses(@answers))
            if grep { $_->status !~ /^(?:403|429)$/ } @answers;
    }

    fault('more tried', "$tried[0] at once, $tried[1] in a row")
        if $tried[0] != $tried[1] || $tried[0] != $ATTEMPTS;
});


$t->stop == 0 or fault('complaint', 'nginx does not end clean');
complain($t);
verdict('failed', 'lost', 'torn', 'revoked accepted', 'more tried');
