#!/usr/bin/perl

# What scripts/campaign-register runs: see there.
#
# People are invited, register, sign in from another browser, change their
# password, forget it and set a new one, until nginx is killed.  Each step
# that was acknowledged must be there afterwards, and the mail that belongs
# to it must arrive; where no answer came back, both or neither.

use strict;
use warnings;

use JSON::PP;
use Time::HiRes qw(sleep);

use Login::Campaign;
use Login::Mail;
use Login::Test;


my $REGISTRATIONS = number('registrations', 500);
my $CLIENTS = 4;
my $ACTIVE = 3;         # accounts that a client is busy with

seed();
adopt();

my $relay = Login::Mail->new(starttls => JSON::PP::false);

my $t = Login::Test->new(
    workers     => 4,
    log         => 'notice',
    limit       => 'login_limit attempts=1000 lockout=1s rate=1000000/m;',
    http        => 'login_hash memory=1m passes=1; access_log off;',
    allow_alert => qr/process \d+ exited on signal 9/,
);


# --- accounts

# "owed" has, for each kind of mail, how many must arrive, and how many may;
# "asked" is the password of a form that was not answered.

my @accounts = map {
    { name => "u$_\@example.com", step => 'invite', links => {}, forgot => 0,
      owed => {}, history => [] }
} 1 .. $REGISTRATIONS;

my %named = map { $_->{name} => $_ } @accounts;
my $rounds = 0;


sub remember {
    my ($account, $what) = @_;

    push @{ $account->{history} }, "$rounds:$what";
    shift @{ $account->{history} } if @{ $account->{history} } > 20;
}


sub history { " (@{ $_[0]{history} })" }


# A mail of this kind must arrive, or, if that is not known, may.

sub owe {
    my ($account, $kind, $must) = @_;

    my $owed = $account->{owed}{$kind} //= [ 0, 0 ];

    $owed->[0] += $must;
    $owed->[1]++;
}


sub password { "correct horse $_[0]{name} staple " . int rand 1e9 }


# --- what clients do

# Each does the step that the account is at.  It returns 1 where that was
# acknowledged, 0 where it may have been done, and nothing where nothing was.

sub unexpected {
    my ($account, $answer) = @_;

    die "$account->{step} of $account->{name}: answered with "
        . $answer->status . ' ' . ($answer->page // '') . ' '
        . ($answer->alert // '') . "\n";
}


# Opens a page and sends its form.

sub send_form {
    my ($account, $browser, $url, $fields) = @_;

    my $page = asked(sub { $browser->get($url, follow => 1) }) or return;
    my ($field) = sort keys %$fields;

    unexpected($account, $page) if $page->status != 200
        || !$page->form($field);

    my $answer = asked(sub { $browser->submit($page, $fields) })
        or return (0);

    unexpected($account, $answer) if $answer->status != 303;

    return (1);
}


# The same with a new password, which is the account's then.

sub send_password {
    my ($account, $browser, $url, %more) = @_;

    my $password = password($account);
    my @done = send_form($account, $browser, $url, { %more,
        password => $password, password_verify => $password }) or return;

    if ($done[0]) {
        $account->{password} = $password;
    } else {
        $account->{asked} = $password;
    }

    return @done;
}


sub with_session {
    my ($account) = @_;

    my $browser = $t->browser;

    $browser->cookie('login', $account->{cookie});

    return $browser;
}


sub invite {
    my ($account) = @_;

    my ($status, $out, $err) = $t->cli('invite', $account->{name});

    return 0 if $status == 137;

    die "invite $account->{name}: $err" if $status;

    ($account->{links}{invite}[0]) = $out =~ /^(\S+)$/;
    owe($account, 'invitation', 1);

    return 1;
}


sub register {
    my ($account) = @_;

    my $browser = $t->browser;
    my @done = send_password($account, $browser,
                             $account->{links}{invite}[0]) or return;

    $account->{cookie} = $browser->cookie('login');

    return @done;
}


# The one of the registration is known, this one is new.

sub newcomer {
    my ($account) = @_;

    my $browser = $t->browser;

    my @done = send_form($account, $browser, '/login/', {
        username => $account->{name}, password => $account->{password} })
        or return;

    $account->{cookie} = $browser->cookie('login');
    owe($account, 'new-browser', $done[0]);

    return @done;
}


sub change {
    my ($account) = @_;

    my $browser = with_session($account);

    my @done = send_password($account, $browser, '/login/account',
        password_current => $account->{password}) or return;

    owe($account, 'password-changed', 1) if $done[0];
    $account->{cookie} = $browser->cookie('login');

    return @done;
}


# The answer promises nothing: it is the mail in the store that must arrive.

sub forgot {
    my ($account, $stop) = @_;

    my $before = $account->{owed}{reset}[0] // 0;
    my @done = send_form($account, $t->browser, '/login/forgot',
        { username => $account->{name} }) or return;

    $account->{forgot}++;

    until ($stop->()) {
        my $n = mails_of($account, 'reset') // last;

        if ($n > $before) {
            $account->{owed}{reset} = [ $n, $account->{forgot} ];
            return @done;
        }

        sleep 0.01;
    }

    return 0;
}


# Of several links the newest one counts, whichever mail came first.

sub reset_it {
    my ($account) = @_;

    my $links = $account->{links}{reset};
    my $page = asked(sub { $t->browser->get($links->[0], follow => 1) })
        or return;

    if ($page->status == 410) {
        shift @$links;
        return;
    }

    my @done = send_password($account, $t->browser,
                             $account->{links}{reset}[0]) or return;

    owe($account, 'password-changed', 1) if $done[0];

    return @done;
}


my @order = qw(invite register newcomer change forgot reset done);
my %next = map { $order[$_] => $order[$_ + 1] } 0 .. $#order - 1;

my %steps = (invite => \&invite, register => \&register,
             newcomer => \&newcomer, change => \&change, forgot => \&forgot,
             reset => \&reset_it);


# Waits for a link that only a mail has, or is through.

sub idle {
    my ($account) = @_;

    my %link = (register => 'invite', reset => 'reset');
    my $link = $link{ $account->{step} };

    return $account->{step} eq 'done'
        || $account->{unknown}
        || $link && !@{ $account->{links}{$link} // [] };
}


# One client; returns its accounts, and how many registrations of them were
# answered.

sub client {
    my ($i, $stop) = @_;

    my @mine = @accounts[grep { $_ % $CLIENTS == $i } 0 .. $#accounts];
    my $registered = 0;
    my @faults;

    until ($stop->()) {
        my @busy = grep { !idle($_) } @mine;

        if (!@busy) {
            sleep 0.01;
            next;
        }

        splice @busy, $ACTIVE if @busy > $ACTIVE;

        my $account = one_of(@busy);
        my $step = $account->{step};
        my ($done) = eval { $steps{$step}->($account, $stop) };

        if ($@) {
            push @faults, $@ =~ s/\n.*//sr . history($account);
            last;
        }

        remember($account, $step . ($done ? '' : defined $done ? '?' : '-'));

        if (!defined $done) {
            sleep 0.005;
            next;
        }

        $registered++ if $done && $step eq 'register';
        $account->{unknown} = 1 unless $done;
        $account->{step} = $next{$step} if $done;
    }

    return { accounts => \@mine, registered => $registered,
             faults => \@faults };
}


# --- the outbox

# What the store has: { id => { to, kind, state } }; nothing where the command
# was killed together with nginx.

sub outbox {
    my %mails;

    my ($status, $out, $err) = $t->cli('--json', 'mail', 'list');

    return if $status == 137;
    die $err if $status;

    # some thousand of them, at each kill: JSON::PP would take seconds

    while ($out =~ /\{([^{}]*)\}/g) {
        my %mail = $1 =~ /"(\w+)":\s*"([^"]*)"/g;
        $mails{ $mail{id} } = \%mail;
    }

    return \%mails;
}


sub mails_of {
    my ($account, $kind) = @_;

    my $outbox = outbox() // return;

    return scalar grep { $_->{to} eq $account->{name}
                         && $_->{kind} eq $kind } values %$outbox;
}


# --- what the relay got

my @arrived;            # ids, in their order
my %times;              # how often each arrived
my %kinds;              # their kinds, as the store has them
my %noted;              # of which the store says that they were sent
my %open;               # how often, of what was not noted at a kill of all
my %twice;              # how often they may arrive again for that
my @windows;            # [from, to]: arrivals while a worker was killed


# Takes what is new, with links in it that people go on with.

sub fetch {
    for my $mail ($relay->mails(scalar @arrived)) {
        my ($id) = $mail->{id} =~ /^<(\w{32})\@/ or die "no id\n";
        my $account = $named{ $mail->{to}[0] } or die "for whom?\n";

        push @arrived, $id;

        fault('sent again', "$id, which was noted as sent")
            if $noted{$id};

        next if $times{$id}++;

        for my $path (qw(invite reset)) {
            my $link = Login::Mail::link_to($mail, $path) or next;
            my $links = $account->{links}{$path} //= [];

            push @$links, $link unless grep { $_ eq $link } @$links;
        }
    }
}


# After the end of everything: of what the relay took, all is noted but the
# one mail that the sender was about.

sub look_at_mails {
    my $outbox = outbox();
    my @open;

    fetch();

    for my $id (sort keys %$outbox) {
        my $state = $outbox->{$id}{state};

        if ($state eq 'queued') {
            push @open, $id if ($times{$id} // 0) > ($open{$id} // 0);
            next;
        }

        if (!$times{$id}) {
            fault('lost mails', "$id is \"$state\", but did not arrive");
        }

        $noted{$id} = 1;
    }

    $twice{$_}++ for @open;
    $open{$_} = $times{$_} for @open;

    fault('sent again', "@open: more than one was not noted") if @open > 1;
}


# Who may have arrived twice: one mail for each sender that was killed.

sub look_at_doubles {
    my (%places, @doubles, %taken);

    push @{ $places{ $arrived[$_] } }, $_ for 0 .. $#arrived;

    for my $id (sort keys %places) {
        my ($first, @again) = @{ $places{$id} };

        push @doubles, map { [ $id, $first, $_ ] } @again;
    }

    for my $double (@doubles) {
        my ($id, $first, $again) = @$double;

        next if $twice{$id} && $twice{$id}--;
        next if find_window(\%taken, $double, {});

        fault('sent again', "$id, though no sender was killed between"
              . " arrivals $first and $again");
    }

    return scalar @doubles;
}


# A kill for a double: one that is free, or whose own double finds another.

sub find_window {
    my ($taken, $double, $tried) = @_;

    my ($id, $first, $again) = @$double;

    for my $i (0 .. $#windows) {
        my ($from, $to) = @{ $windows[$i] };

        next if $first > $to || $again < $from || $tried->{$i}++;

        if (!$taken->{$i} || find_window($taken, $taken->{$i}, $tried)) {
            $taken->{$i} = $double;
            return 1;
        }
    }

    return 0;
}


# --- what is there after a kill

sub user {
    my ($account) = @_;

    my ($status, $out, $err) = $t->cli('--json', 'user', 'show',
                                       $account->{name});

    die $err if $status > 1;

    return $status ? undef : decode_json($out);
}


# Does the password let in?  From a browser that may be new.

sub enters {
    my ($account, $password) = @_;

    my $browser = $t->browser;
    my $answer = $browser->sign_in($account->{name}, $password);

    return 0 if $answer->status == 403;

    unexpected($account, $answer) if $answer->status != 303;

    $account->{cookie} = $browser->cookie('login');
    owe($account, 'new-browser', 0);

    return 1;
}


# Each tells whether the step was done; where it was, so was its mail.

sub was_invited {
    my ($account) = @_;

    my $user = user($account) or return 0;

    fault('torn', "$account->{name} is there, but not invited"
          . history($account)) unless $user->{invited};

    owe($account, 'invitation', 1);

    return 1;
}


sub was_registered {
    my ($account) = @_;

    my $user = user($account);

    if (!$user) {
        fault('lost accounts', "$account->{name}, invited"
              . history($account));
        return 0;
    }

    return 0 if $user->{invited};

    was_renewed($account) or fault('torn', "$account->{name} is registered,"
                                   . ' but not with its password');
    return 1;
}


sub was_renewed {
    my ($account) = @_;

    my $asked = delete $account->{asked};

    if (enters($account, $asked)) {
        owe($account, 'password-changed', 1) if defined $account->{password};
        $account->{password} = $asked;
        return 1;
    }

    return 0 unless defined $account->{password};

    fault('lost accounts', "$account->{name}: neither the old password nor"
          . ' the new one' . history($account))
        unless enters($account, $account->{password});

    return 0;
}


# What came into the store must arrive, whenever it came.

sub was_forgotten {
    my ($account) = @_;

    my $owed = $account->{owed}{reset} //= [ 0, 0 ];

    $owed->[0] = mails_of($account, 'reset');
    $owed->[1] = $account->{forgot};

    return $owed->[0] > 0;
}


my %was = (invite => \&was_invited, register => \&was_registered,
           newcomer => sub { 0 }, change => \&was_renewed,
           forgot => \&was_forgotten, reset => \&was_renewed);


sub settle {
    for my $account (grep { $_->{unknown} } @accounts) {
        my $step = $account->{step};

        my $done = $was{$step}->($account);
        remember($account, $done ? 'was' : 'was not');

        $account->{step} = $next{$step} if $done;
        $account->{unknown} = 0;
    }

    my ($status, $out, $err) = $t->cli('check');

    fault('torn', "nginx-login check: $out$err") if $status != 0;
}


sub look_at_account {
    my ($account) = @_;

    fault('lost accounts', "$account->{name}: its password"
          . history($account)) unless enters($account, $account->{password});
}


# --- kills

# At a random moment, or just when the relay has taken a mail.

sub wait_moment {
    if (chance(0.5)) {
        sleep 0.05;
        pause(0.8);
        return;
    }

    my $enough = $relay->seen->{mails} + one_of(1 .. 8);

    wait_for(sub { $relay->seen->{mails} >= $enough }, 1);
}


sub kill_everything {
    my ($clients) = @_;

    my $n = kill_all($t, chance(0.5) ? clients_children($t, $clients) : ());

    $relay->quiet;

    return $n;
}


# Whoever sends, or any others; the master starts new ones.

sub kill_workers {
    my $from = $relay->seen->{mails};
    my @workers = $t->workers or return 0;
    my @victims = splice @workers, 0, one_of(1, 2, 4);

    if (chance(0.5)) {
        @victims = (Login::Mail::sender($t) // return 0);
    }

    kill 'KILL', @victims;

    wait_for(sub {
        my %now = map { $_ => 1 } $t->workers;

        return keys %now == $t->{workers} && !grep { $now{$_} } @victims;
    }) or die "the master does not start other workers\n";

    push @windows, [ $from, $relay->seen->{mails} ];

    return scalar @victims;
}


# --- all of it

my ($killed, $registered) = (0, 0);

$t->run(<<"END");
login_mail smtp://127.0.0.1:@{[ $relay->port ]} starttls=off;

server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200; }
}
END

wait_for(sub { ($t->cli('mail', 'list'))[0] == 0
               && ($t->cli('gates'))[0] == 0 })
    or die "nginx does not tell what it has\n";

while (grep { $_->{step} ne 'done' } @accounts) {
    my $clients = clients_start($CLIENTS, \&client);

    wait_moment();

    my $all = chance(0.75);
    my $n = $all ? kill_everything($clients) : kill_workers();
    $killed += $n;

    my @results = clients_end($clients);

    my %now = map { $_->{name} => $_ } map { @{ $_->{accounts} } } @results;

    @accounts = map { $now{ $_->{name} } } @accounts;
    %named = map { $_->{name} => $_ } @accounts;
    $registered += $_->{registered} for @results;
    fault('unexpected', $_) for map { @{ $_->{faults} } } @results;

    if ($all) {
        look_at_mails();

        # the answer to a mail takes a moment, or none

        $relay->restart(starttls => JSON::PP::false,
                        delay => one_of(0, 0, 15));
        $t->start or die "nginx does not start\n";
    }

    fetch();
    settle();

    $rounds++;
    print "$rounds kills, $killed processes, $registered registrations"
        . " answered, " . @arrived . " mails\n" if $rounds % 50 == 0;

    last if $rounds > 20 * $REGISTRATIONS + 100;
}

fault('unexpected', "$_->{name} is still at \"$_->{step}\"" . history($_))
    for grep { $_->{step} ne 'done' } @accounts;

# what is known to have been asked for has been answered for by now

look_at_account($_) for grep { defined $_->{password} } @accounts;

wait_for(sub { !grep { $_->{state} eq 'queued' } values %{ outbox() } })
    or fault('lost mails', 'the outbox does not become empty');

fetch();

my $outbox = outbox();
my %got;

for my $id (sort keys %$outbox) {
    my $mail = $outbox->{$id};

    if ($times{$id}) {
        $got{ $mail->{to} }{ $mail->{kind} }++;
    } else {
        fault('lost mails', "$id, which is \"$mail->{state}\"");
    }
}

for my $account (@accounts) {
    for my $kind (qw(invitation new-browser password-changed reset)) {
        my ($must, $may) = @{ $account->{owed}{$kind} // [ 0, 0 ] };
        my $n = $got{ $account->{name} }{$kind} // 0;

        fault('lost mails', "$account->{name}: $n \"$kind\" instead of $must"
              . history($account)) if $n < $must;
        fault('torn', "$account->{name}: $n \"$kind\", not more than $may"
              . ' were asked for' . history($account)) if $n > $may;
    }
}

my $doubles = look_at_doubles();

$t->stop == 0 or fault('complaint', 'nginx does not end clean');
complain($t);

print "$rounds kills, $killed processes, $registered registrations answered, "
    . keys(%times) . " mails, $doubles arrived twice\n";
verdict('lost accounts', 'lost mails', 'sent again', 'torn');
