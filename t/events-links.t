#!/usr/bin/perl

# Security events of links and new passwords: each once in login_log, and
# what succeeded with the account as well.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $ann = 'ann@example.com';
my $first = 'correct horse battery staple';
my $second = 'another horse, another battery';

my $t = Login::Test->new(
    accounts => { $ann => $first },
    limit    => 'login_limit attempts=3 lockout=5m rate=1000000/m;',
    http     => <<'END');
    login_hash memory=1m passes=1;
    login_log %%DIR%%/events.log;
END

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}
END

my $portal = 'http://localhost:' . $t->port . '/login/';
my $from = 0;


# What the log has of it, and has got since the last time.

sub told {
    my @lines = grep { $_->{event} ne 'password_upgraded' }
        map { decode_json($_) } split /\n/, $t->read_file('events.log');
    my @new = @lines[$from .. $#lines];

    $from = @lines;

    return @new;
}

sub kept {
    my ($who) = @_;

    return @{ decode_json($t->cli_ok('--json', 'events', $who)) };
}

# The one event that came, with its members as "%want" has them.

sub one {
    my ($name, %want) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @new = told();

    is join(' ', map { $_->{event} } @new), $name, "$name: told once";
    is_deeply { map { $_ => $new[0]{$_} } keys %want }, \%want,
        "$name: of whom";

    return $new[0];
}

# It is kept with the account, and says the same as the line "$event".

sub is_kept {
    my ($event) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @same = grep { $_->{event} eq $event->{event} }
        kept($event->{username});

    is scalar @same, 1, "$event->{event}: kept once";
    is_deeply { map { $_ => $same[0]{$_} }
                    qw(session username org address browser) },
        { map { $_ => $event->{$_} }
              qw(session username org address browser) },
        "$event->{event}: the same";
}

sub change {
    my ($browser, $current, $new) = @_;

    return $browser->submit($browser->get('/login/account'), {
        password_current => $current, password => $new,
        password_verify => $new })->status;
}


# --- an invitation

my $bob = 'bob@example.com';
my $link = $t->cli_ok('invite', $bob, '--portal', $portal);

chomp $link;

{
    my $browser = $t->browser;
    my $page = $browser->get($link, follow => 1);

    is scalar told(), 0, 'to look is no event';
    is $browser->submit($page, { name => 'Bob', password => $first,
                                 password_verify => $first })->status,
        303, 'registered';

    my $event = one('registered', username => $bob, result => 'ok',
                    category => 'account');

    is_kept($event);
    is scalar(grep { $_->{event} eq 'signin' } kept($bob)), 0,
        'and not as another sign-in';
    is decode_json($t->cli_ok('--json', 'session', 'list', $bob))
           ->[0]{id}, $event->{session}, 'the session that it made';

    is $t->browser->get($link)->status, 410, 'once more';
    one('link_refused', result => 'refused');
    is $t->browser->get("${portal}reset/" . 'A' x 43, follow => 1)->status,
        410, 'what is no link';
    one('link_refused', result => 'refused', username => undef);
}


# --- by a person who is signed in

{
    my $browser = $t->browser;

    $browser->sign_in($ann, $first);

    my ($signin) = told();

    is change($browser, 'wrong', $second), 403, 'wrong';
    one('password_wrong', username => $ann, result => 'refused',
        session => $signin->{session});
    is scalar(grep { $_->{event} eq 'password_wrong' } kept($ann)), 0,
        'anybody in a session can do that';

    is change($browser, $first, $second), 303, 'changed';
    is_kept(one('password_changed', username => $ann, result => 'ok',
                account => $signin->{account},
                session => $signin->{session}));

    # the lock is written ahead of the answer that leads to it

    is change($browser, 'wrong', $first), 403, 'wrong' for 1 .. 3;
    is join(' ', map { $_->{event} } told()),
        join(' ', ('password_wrong') x 3), 'three times';
    is scalar(grep { $_->{event} eq 'signin_locks' } kept($ann)), 1,
        'which locks, and that is kept';
    is change($browser, 'wrong', $first), 429, 'locked';
}


# --- by a link

{
    my $url = $t->cli_ok('user', 'password', $ann, '--link');

    chomp $url;

    my $browser = $t->browser;

    is $browser->submit($browser->get($url, follow => 1), {
           password => $first, password_verify => $first })->status,
        303, 'set';

    my $event = one('password_reset', username => $ann, result => 'ok');

    is_kept($event);
    ok !exists $event->{session}, 'in no session';
}


done_testing;
