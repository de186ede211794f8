#!/usr/bin/perl

# What scripts/campaign-crash runs: see there.
#
# Clients sign in and out over HTTP and change accounts by nginx-login, each
# at accounts of its own, until nginx is killed.  They note what an account
# may be like: the state that was acknowledged, and, where no answer came
# back, also the one that was asked for.  Then all of that is looked at.

use strict;
use warnings;

use JSON::PP;
use Time::HiRes qw(sleep);

use Login::Campaign;
use Login::Test;


my $KILLS = number('kills', 1000);
my $CLIENTS = 6;
my $ACCOUNTS = 4;       # of each client
my $SESSIONS = 4;       # of an account
my $DEAD = 12;          # sessions of an account that must stay dead
my $ATTEMPTS = 6;

seed();
adopt();

my $t = Login::Test->new(
    workers     => 4,
    log         => 'notice',
    limit       => "login_limit attempts=$ATTEMPTS lockout=1h"
                   . ' rate=1000000/m;',
    http        => 'login_hash memory=1m passes=1; access_log off;',
    allow_alert => qr/process \d+ exited on signal 9/,
);


# --- accounts

# { name, may => [state, ...], dead => [cookie, ...] }, and a state is
# { exists, enabled, password, role, label, locked, alive => { id => cookie }}

my $labels = 0;

my %fresh = (exists => 0, enabled => 1, password => '', role => 0,
             label => '', locked => 0, alive => {});

my @accounts = map {
    my $client = $_;
    map { { name => "c${client}a$_", may => [ { %fresh } ], dead => [] } }
        1 .. $ACCOUNTS;
} 0 .. $CLIENTS - 1;


sub changed {
    my ($state, %change) = @_;

    return { %$state, alive => { %{ $state->{alive} } }, %change };
}


sub password {
    my ($account) = @_;

    return "correct horse $account->{name} staple " . int rand 1e9;
}


sub label { 'n' . int rand 1e9 }


# What was done at it last, "?" where no answer came, "-" where it failed
# before it could have changed anything.

my $rounds = 0;


sub remember {
    my ($account, $what) = @_;

    push @{ $account->{history} }, "$rounds:$what";
    shift @{ $account->{history} } if @{ $account->{history} } > 20;
}


sub history { " (@{ $_[0]{history} // [] })" }


# --- what clients do

# Each returns the state that it asks for, and 1 where it was acknowledged,
# 0 where it may have been done; or nothing where it changed nothing.

# The exit status 137 is that of one that was killed together with nginx.

sub command {
    my ($state, @arguments) = @_;

    my ($status, $out, $err) = $t->cli(@arguments);

    return ($state, $status == 0) if $status == 0 || $status == 137;

    shift @arguments if ref $arguments[0];
    die "nginx-login @arguments: exit status $status: $err";
}


sub unexpected {
    my ($account, $what, $answer) = @_;

    die "$what of $account->{name}: answered with " . $answer->status
        . ' ' . ($answer->alert // '') . "\n";
}


sub sign_in {
    my ($account, $state) = @_;

    my $browser = $t->browser;
    my $answer = asked(sub {
        $browser->sign_in($account->{name}, $state->{password});
    }) or return;

    unexpected($account, 'sign-in', $answer) if $answer->status != 303;

    # acknowledged, whatever becomes of the next request

    my $cookie = $browser->cookie('login');
    my $who = asked(sub { $browser->get('/') });
    my $id = $who && $who->body =~ /^canary \S+ (\w{32}) / ? $1
        : "unnamed $cookie";

    return (changed($state, alive => { %{ $state->{alive} },
                                       $id => $cookie }), 1);
}


sub sign_out {
    my ($account, $state) = @_;

    my $id = one_of(sort keys %{ $state->{alive} });
    my $after = changed($state);
    my $browser = $t->browser;

    $browser->cookie('login', delete $after->{alive}{$id});

    my $page = asked(sub { $browser->get('/login/logout') }) or return;
    my ($form) = grep { ($_->{action} // '') !~ m{language$} } $page->forms;

    unexpected($account, 'sign-out', $page) unless $form;

    my $answer = asked(sub { $browser->submit($page, {}, form => $form) });

    unexpected($account, 'sign-out', $answer)
        if $answer && $answer->status != 303;

    return ($after, $answer ? 1 : 0);
}


sub add {
    my ($account, $state) = @_;

    my $after = changed($state, exists => 1, enabled => 1,
                        password => password($account), label => label(),
                        role => int rand 2);

    return command($after, { stdin => "$after->{password}\n" }, 'user', 'add',
                   $account->{name}, '--password-stdin', '--name',
                   $after->{label}, '--email', "$after->{label}\@example.com",
                   $after->{role} ? ('--role', 'staff') : ());
}


sub rename_it {
    my ($account, $state) = @_;

    my $label = label();

    return command(changed($state, label => $label), 'user', 'set',
                   $account->{name}, '--name', $label, '--email',
                   "$label\@example.com");
}


sub role {
    my ($account, $state) = @_;

    return command(changed($state, role => !$state->{role} || 0), 'user',
                   'role', $account->{name},
                   $state->{role} ? '--remove' : '--add', 'staff');
}


sub new_password {
    my ($account, $state) = @_;

    my $password = password($account);

    return command(changed($state, password => $password, alive => {}),
                   { stdin => "$password\n" }, 'user', 'password',
                   $account->{name}, '--stdin');
}


sub revoke {
    my ($account, $state) = @_;

    return command(changed($state, alive => {}), 'session', 'revoke',
                   $account->{name});
}


sub revoke_one {
    my ($account, $state) = @_;

    my ($id) = grep { !/ / } sort keys %{ $state->{alive} } or return;
    my $after = changed($state);

    delete $after->{alive}{$id};

    return command($after, 'session', 'revoke', $account->{name}, $id);
}


sub disable {
    my ($account, $state) = @_;

    return command(changed($state, enabled => 0, alive => {}), 'user',
                   'disable', $account->{name});
}


sub enable {
    my ($account, $state) = @_;

    return command(changed($state, enabled => 1), 'user', 'enable',
                   $account->{name});
}


sub remove {
    my ($account, $state) = @_;

    return command(changed(\%fresh), 'user', 'remove', $account->{name});
}


# Fails until it is told to wait.

sub lock_out {
    my ($account, $state) = @_;

    my $browser = $t->browser;
    my $page = asked(sub { $browser->get('/login/') }) or return;

    for my $try (1 .. $ATTEMPTS + 1) {
        my $answer = asked(sub {
            $browser->submit($page, { username => $account->{name},
                                      password => 'wrong' });
        });

        # it may have failed before without an answer, so it may be locked

        return (changed($state, locked => 1), 0) unless $answer;

        return (changed($state, locked => 1), 1) if $answer->status == 429;

        unexpected($account, "guess $try", $answer)
            if $answer->status != 403;
    }

    die "$account->{name} was not locked by $ATTEMPTS failures\n";
}


sub unlock {
    my ($account, $state) = @_;

    return command(changed($state, locked => 0), 'user', 'unlock',
                   $account->{name});
}


my %operations = (
    add => \&add, rename => \&rename_it, role => \&role,
    password => \&new_password, disable => \&disable, enable => \&enable,
    remove => \&remove, lock => \&lock_out, unlock => \&unlock,
    revoke => \&revoke, revoke_one => \&revoke_one,
    sign_in => \&sign_in, sign_out => \&sign_out,
);


# What may be done next, the usual things more often.

sub choose {
    my ($state) = @_;

    my $sessions = keys %{ $state->{alive} };

    return 'add' unless $state->{exists};
    return one_of(qw(enable enable rename)) unless $state->{enabled};
    return one_of(qw(unlock unlock rename role)) if $state->{locked};

    return one_of(
        qw(rename role password disable remove lock),
        ('sign_in') x ($sessions < $SESSIONS ? 8 : 0),
        ('sign_out') x ($sessions ? 4 : 0),
        $sessions ? qw(revoke revoke_one) : (),
    );
}


# One client; returns its accounts, and how many acknowledgements it had.

sub client {
    my ($i, $stop) = @_;

    my @mine = @accounts[$i * $ACCOUNTS .. ($i + 1) * $ACCOUNTS - 1];
    my $acknowledged = 0;
    my @faults;

    until ($stop->()) {

        # what is not known is left alone until it was looked at

        my ($account) = one_of(grep { @{ $_->{may} } == 1 } @mine) or last;
        my $state = $account->{may}[0];
        my $name = choose($state);
        my ($after, $done) = eval { $operations{$name}->($account, $state) };

        remember($account, $name . ($done ? '' : $after ? '?' : '-'));

        if ($@) {
            push @faults, $@ =~ s/\n.*//sr . history($account);
            last;
        }

        if (!$after) {
            sleep 0.005;
            next;
        }

        $account->{touched} = 1;
        $account->{may} = $done ? [ $after ] : [ $state, $after ];
        $acknowledged += $done;

        next unless $done;

        push @{ $account->{dead} }, map { $state->{alive}{$_} }
            grep { !$after->{alive}{$_} } sort keys %{ $state->{alive} };
    }

    return { accounts => \@mine, acknowledged => $acknowledged,
             faults => \@faults };
}


# --- what is there afterwards

# How a cookie is answered, on a connection that stays.

my $connection;

sub accepted {
    my ($cookie) = @_;

    $connection //= $t->connection;
    $connection->send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                      . "Cookie: login=$cookie\r\n\r\n");

    my $answer = $connection->response or die "no answer at the gate\n";

    return 1 if $answer->status == 200 && $answer->body =~ /^canary/;
    return 0 if $answer->status =~ /^(?:302|401)$/;

    die 'the gate answers with ' . $answer->status . "\n";
}


# Whom a password lets in: "wrong", "locked", or the new session's cookie.

sub try_password {
    my ($account, $password) = @_;

    my $browser = $t->browser;
    my $answer = $browser->sign_in($account->{name}, $password);

    return 'wrong' if $answer->status == 403;
    return 'locked' if $answer->status == 429;

    unexpected($account, 'sign-in', $answer) if $answer->status != 303;

    return $browser->cookie('login');
}


# The state as it is, as far as it can be seen from outside.

sub look {
    my ($account, $user) = @_;

    my @may = @{ $account->{may} };

    my %seen = (
        exists  => $user ? 1 : 0,
        enabled => $user && $user->{disabled} ? 0 : 1,
        role    => $user && grep({ $_ eq 'staff' } @{ $user->{roles} })
                   ? 1 : 0,
        label   => $user ? $user->{name} : '',
        alive   => {},
    );

    if ($user && $user->{email} ne "$user->{name}\@example.com") {
        fault('torn', "$account->{name}: name $user->{name}, "
              . "address $user->{email}");
    }

    for my $state (@may) {
        for my $id (sort keys %{ $state->{alive} }) {
            $seen{alive}{$id} = $state->{alive}{$id}
                if !$seen{alive}{$id} && accepted($state->{alive}{$id});
        }
    }

    return \%seen unless $account->{touched} && $user && $seen{enabled};

    # the newer one first, which is the one that failing would be worse for

    for my $password (reverse map { $_->{password} }
                      grep { $_->{exists} } @may)
    {
        my $result = try_password($account, $password);

        remember($account, $result =~ /^(?:wrong|locked)$/ ? $result : 'right');

        if ($result eq 'locked') {
            $seen{locked} = 1;
            last;
        }

        $seen{locked} = 0;

        if ($result ne 'wrong') {
            $seen{password} = $password;
            $seen{made} = $result;
            last;
        }

        $seen{password} = 'neither of those';
    }

    return \%seen;
}


sub same_sessions {
    my ($one, $other) = @_;

    return join(' ', sort keys %{ $one->{alive} })
        eq join(' ', sort keys %{ $other->{alive} });
}


my @ATTRIBUTES = qw(exists enabled role label password locked);


# Is that the state?  What was not looked at is.

sub same {
    my ($state, $seen) = @_;

    return same_sessions($state, $seen)
        && !grep { defined $seen->{$_} && $seen->{$_} ne $state->{$_} }
            @ATTRIBUTES;
}


sub judge {
    my ($account, $seen) = @_;

    my @may = @{ $account->{may} };

    for my $cookie (@{ $account->{dead} }) {
        fault('revoked accepted', $account->{name} . history($account))
            if accepted($cookie);
    }

    my ($state) = grep { same($_, $seen) } @may;

    return $state if $state;

    my $wrong = 0;

    for my $name (@ATTRIBUTES) {
        my $value = $seen->{$name} // next;

        next if grep { $_->{$name} eq $value } @may;

        fault('lost', "$account->{name}: $name is \"$value\" instead of "
              . join(' or ', map { "\"$_->{$name}\"" } @may)
              . history($account));
        $wrong++;
    }

    for my $state (@may) {
        for my $id (sort keys %{ $state->{alive} }) {
            next if $seen->{alive}{$id}
                || grep { !$_->{alive}{$id} } @may;

            fault('lost', "$account->{name}: session $id" . history($account));
            $wrong++;
        }
    }

    fault('torn', "$account->{name}: " . encode_json([ $seen, @may ]))
        unless $wrong;

    return changed($may[0], map { $_ => $seen->{$_} }
                   grep { defined $seen->{$_} } @ATTRIBUTES, 'alive');
}


sub look_at_all {
    my ($all) = @_;

    my $users = decode_json($t->cli_ok('--json', 'user', 'list'));
    my %users = map { $_->{username} => $_ } @$users;

    undef $connection;

    for my $account (@accounts) {
        my $seen = look($account, $users{ $account->{name} });
        my $state = judge($account, $seen);

        # what may have been done, and has been, must stay so

        push @{ $account->{dead} }, grep { defined } map {
            my $may = $_;
            map { $may->{alive}{$_} }
                grep { !$state->{alive}{$_} } sort keys %{ $may->{alive} };
        } @{ $account->{may} };

        $state = changed($state);
        $state->{alive}{"unnamed $seen->{made}"} = $seen->{made}
            if $seen->{made} && keys %{ $state->{alive} } < $SESSIONS;

        # a worker that died may have been the one that would have written
        # the lock, which the others keep in memory then

        my $memory = !$all && $state->{locked}
            && grep { !$_->{locked} } @{ $account->{may} };

        $account->{may} = $memory ? [ changed($state, locked => 0), $state ]
            : [ $state ];
        $account->{touched} = $memory;

        splice @{ $account->{dead} }, 0, -$DEAD
            if @{ $account->{dead} } > $DEAD;
    }

    my ($status, $out, $err) = $t->cli('check');

    fault('torn', "nginx-login check: $out$err") if $status != 0;
}


# --- kills

# Everything dies, now and then with the command line that is at work.

sub kill_everything {
    my ($clients) = @_;

    return kill_all($t, chance(0.5)
        ? clients_children($t, $clients) : ());
}


# One worker, or several at once; the master starts others.

sub kill_workers {
    my @workers = $t->workers or return 0;
    my @victims = splice @workers, 0, one_of(1, 1, 1, 4);

    kill 'KILL', @victims;

    wait_for(sub {
        my %now = map { $_ => 1 } $t->workers;

        return keys %now == $t->{workers} && !grep { $now{$_} } @victims;
    }) or die "the master does not start other workers\n";

    return scalar @victims;
}


# Started, and now and then killed before it is there.

sub start_again {
    while (chance(0.2)) {
        $t->spawn;
        pause(0.15);
        kill_all($t);
    }

    $t->start or die "nginx does not start\n";
}


my ($killed, $acknowledged) = (0, 0);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name localhost;
    login on;
    keepalive_requests 1000000;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user $login_session "; }
}
END

while ($rounds < $KILLS) {
    my $clients = clients_start($CLIENTS, \&client);

    sleep 0.02;
    pause(0.4);

    my $all = chance(0.75);

    my $n = $all ? kill_everything($clients) : kill_workers();
    $killed += $n;

    my @results = clients_end($clients);

    @accounts = map { @{ $_->{accounts} } } @results;
    $acknowledged += $_->{acknowledged} for @results;
    fault('unexpected', $_) for map { @{ $_->{faults} } } @results;

    start_again() if $all;
    remember($_, $all ? 'all' : "$n workers") for @accounts;
    look_at_all($all);

    $rounds++;
    print "$rounds kills, $killed processes, $acknowledged changes"
        . " acknowledged\n" if $rounds % 50 == 0 || $rounds == $KILLS;
}

$t->stop == 0 or fault('complaint', 'nginx does not end clean');
complain($t);
verdict('lost', 'torn', 'revoked accepted');
