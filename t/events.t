#!/usr/bin/perl

# Events that the store keeps, and nginx-login events: each once, of who did
# what, written together with what it tells of.  Cases C01, F07, F09.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $bob, $eve) = map { "$_\@example.com" } qw(ann bob eve);
my $me = getpwuid $<;

delete $ENV{SUDO_USER};

my $now = time;

my $t = Login::Test->new(
    accounts => { $ann => $password },
    clock    => $now,
    limit    => '',
);

my $conf = <<'END';
login_hash memory=1m passes=1;
login_limit attempts=3 lockout=300 rate=100/m;
set_real_ip_from 127.0.0.1;
real_ip_header X-Forwarded-For;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

$t->run($conf);

my $dir = $t->dir;


sub all { @{ decode_json($t->cli_ok('--json', 'events', @_)) } }


# What has come since the last time it was asked.

my %seen;

sub new_events {
    my (%now, @new);

    for my $event (all()) {
        my $text = JSON::PP->new->canonical->encode($event);

        push @new, $event if ++$now{$text} > ($seen{$text} // 0);
    }

    %seen = %now;

    return @new;
}


# Exactly these came: lines of event, name, who did it, detail.

sub came {
    my ($want, $what) = @_;

    my @new = new_events();

    is join("\n", map {
        join ' ', grep { $_ ne '' } @$_{qw(event username actor detail)}
    } @new), join("\n", @$want), $what;

    return wantarray ? @new : $new[0];
}


sub ends {
    my ($status, $what, @arguments) = @_;

    my ($got, $out, $err) = $t->cli(@arguments);

    is $got, $status, $what or diag $out, $err;

    return $err;
}


# --- what the command line does

came([ "account_added $ann $me" ], 'an account is added');

$t->add_user($bob, $password);
$t->cli_ok('user', 'set', $bob, '--name', 'Bob', '--language', 'de');
$t->cli_ok('user', 'role', $bob, '--add', 'staff', '--add', 'admin');
$t->cli_ok('user', 'role', $bob, '--remove', 'staff', '--add', 'x');
$t->cli_ok({ stdin => $password }, 'user', 'password', $bob, '--stdin');
$t->cli_ok('user', 'disable', $bob);
$t->cli_ok('user', 'enable', $bob);
$t->cli_ok('user', 'unlock', $bob);
$t->cli_ok('session', 'revoke', $bob);

came([
    "account_added $bob $me",
    "account_changed $bob $me name language",
    "account_roles $bob $me +staff +admin",
    "account_roles $bob $me -staff +x",
    "account_password $bob $me",
    "account_disabled $bob $me",
    "account_enabled $bob $me",
    "account_unlocked $bob $me",
    "sessions_revoked $bob $me",
], 'each once, in their order');

# links, and a name

my @to = ('--portal', 'https://example.com/login/');

$t->add_user('pat', $password);
$t->cli_ok('user', 'password', 'pat', '--link', @to);
$t->cli_ok('user', 'rename', 'pat', 'rob');
$t->cli_ok('invite', $_, @to) for 'new', 'new';
$t->cli_ok({ stdin => "username\nfirst\n" }, 'invite', '--file', '-', @to);
$t->cli_ok('invite', 'revoke', 'new');

came([
    "account_added pat $me",
    "account_link pat $me",
    "account_renamed rob $me from pat",
    "account_invited first $me",
    "invitation_revoked new $me",
], 'links and names, and nothing left of who was only invited');

ends(1, 'nothing', 'user', 'rename', $bob, $ann);
ends(1, 'nothing', 'invite', $bob, @to);
ends(1, 'nothing', 'invite', 'revoke', 'new');
ends(1, 'nothing', 'user', 'password', 'first', '--link', @to);
ends(1, 'nothing', 'user', 'role', $bob, '--remove', 'nonesuch');
ends(1, 'nothing', 'user', 'disable', 'nobody');
ends(1, 'nothing', 'user', 'add', $bob);
ends(1, 'nothing', 'session', 'revoke', $bob, 'ab' x 16);
came([], 'what is refused is none');

$t->cli_ok({ env => { SUDO_USER => "\x1b[2Jsue\n" } }, 'user', 'set', $ann,
    '--name', 'Ann');

SKIP: {
    skip 'who is not root was nobody else before', 1 if $< != 0;

    is((all($ann))[-1]{actor}, "root (sudo by \x1b[2Jsue\n)",
        'who became root');
}

unlike $t->cli_ok('events'), qr/[^\x20-\x7e\n]/, 'no terminal is harmed';
new_events();


# --- the store's own

my $htpasswd = $t->write_file('htpasswd',
    "x1:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\nx2:{PLAIN}abc\n");

$t->cli_ok('import', 'htpasswd', $htpasswd);
ends(1, 'who is there already', 'import', 'htpasswd', $htpasswd);
$t->cli_ok('user', 'unlock', '192.0.2.7');
$t->cli_ok('backup', "$dir/backup");
ends(1, 'which is there', 'backup', "$dir/backup");

came([
    "accounts_imported $me 2 from \"$htpasswd\"",
    "address_unlocked $me 192.0.2.7",
    "backup_made $me $dir/backup",
], 'of the store');

my $key = decode_json($t->cli_ok('--json', 'key', 'list'))->[0]{id};
my $next = decode_json($t->cli_ok('--json', 'key', 'rotate',
    '--verify-first'))->{id};
$t->reload;
$t->cli_ok('key', 'rotate');

# the workers have the rings of before still: they must read what there is

is $t->browser->sign_in($ann, $password)->status, 303, 'signs in';
$t->reload;
$t->cli_ok('key', 'reseal');
$t->cli_ok('key', 'retire', $key);
$t->reload;

my @new = new_events();

is_deeply [ map { "$_->{event} $_->{detail}" } grep { $_->{category} eq
    'store' } @new ], [
    "key_rotated $next verifies",
    "key_rotated $next signs",
    'key_resealed ' . ((grep { $_->{event} eq 'key_resealed' } @new)[0]{detail}
        =~ /^([1-9]\d* records)$/)[0],
    "key_retired $key",
], 'of keys';

$t->cli_ok('key', 'rotate');
is $t->browser->sign_in($ann, $password)->status, 303,
    'also ahead of a reload';
$t->reload;
is $t->browser->sign_in($ann, $password)->status, 303, 'and behind it';
new_events();


# --- signing in and out

my $browser = $t->browser;

is $browser->sign_in(uc $ann, $password, undef, headers => {
    'X-Forwarded-For' => '2001:db8::7', 'User-Agent' => "Me\x1b[31m",
})->status, 303, 'signs in';

my ($id) = map { $_->{id} } grep { $_->{address} eq '2001:db8::7' }
    @{ decode_json($t->cli_ok('--json', 'session', 'list', $ann)) };

my $event = came([ "signin $ann" ], 'is told');

cmp_ok abs($event->{time} - time), '<', 600, 'when';
is $event->{session}, $id, 'which session';
is $event->{address}, '2001:db8::7', 'from where';
is $event->{browser}, 'Me?[31m', 'with what';
is $event->{org}, 'default', 'of which organisation';
is $event->{result}, 'ok', 'the result';

is $browser->sign_out->status, 303, 'signs out';
is came([ "signout $ann" ], 'is told')->{session}, $id, 'of that session';

is $t->browser->sign_in($ann, $password)->status, 303, 'signs in';
($id) = map { $_->{id} } @{ decode_json($t->cli_ok('--json', 'session',
    'list', $ann)) };
new_events();
$t->cli_ok('session', 'revoke', $ann, $id);
is came([ "session_revoked $ann $me" ], 'one is revoked')->{session}, $id,
    'which';

# with the parameters of now

is $t->browser->sign_in('x1', 'abc')->status, 303, 'a hash from elsewhere';
Login::Test::wait_for(sub { grep { $_->{event} eq 'password_upgraded' }
    all('x1') });
came([ 'signin x1', 'password_upgraded x1' ], 'is made anew');

$t->hold_store;
is $t->browser->sign_in($ann, $password)->status, 503, 'cannot be kept';
$t->release_store;
came([], 'did not happen');


# --- failures: for unknown names the same is written

sub records { decode_json($t->cli_ok('--json', 'stat'))->{records} }


sub lock_out {
    my ($name, $from) = @_;

    my $before = records();

    is $t->browser->sign_in($name, 'wrong', undef, headers => {
        'X-Forwarded-For' => $from })->status, 403, 'fails' for 1 .. 3;

    ok Login::Test::wait_for(sub { records() != $before }), 'is kept';

    return records() - $before;
}


$t->add_user('dan', $password);
new_events();

my $more = lock_out('dan', '192.0.2.1');

$event = came([ 'signin_locks dan' ], 'a lock is told');
is $event->{address}, '192.0.2.1', 'from where';
is $event->{result}, 'refused', 'the result';

is lock_out('nobody', '192.0.2.2'), $more, 'of nobody as many records';
came([], 'which nobody is shown');


# --- what is shown

ends(1, 'who is not there', 'events', 'nobody');
ends(2, 'no such time', 'events', '--since', 'yesterday');
ends(2, 'more than one', 'events', $ann, $bob);

is scalar(grep { $_->{username} ne $bob } all($bob)), 0, 'of one alone';
is scalar(all('--since', '1d')), scalar(all()), 'since a day ago';

my @times = map { $_->{time} } all();
is_deeply \@times, [ sort { $a <=> $b } @times ], 'in the order of time';

my $text = $t->cli_ok('events', $bob);

like $text, qr/\ATIME +EVENT +USERNAME +ADDRESS +BY +DETAIL\n/, 'a heading';
like $text,
    qr/^[-\d]{10} [:\d]{5} +account_roles +\Q$bob\E +$me +\+staff \+admin$/m,
    'a line for each';

# an older one

$t->set_clock($now - 3 * 86400);
is $t->browser->sign_in($ann, $password)->status, 303, 'some days ago';
is((all($ann))[0]{event}, 'signin', 'comes first');
is scalar(all($ann)) - scalar(all($ann, '--since', '2d')), 1, 'and is left out';
$t->set_clock($now);


# --- removed

$t->add_user($eve, $password);
$t->cli_ok('user', 'remove', $eve);
ends(1, 'is gone', 'events', $eve);
is_deeply [ map { $_->{event} } grep { $_->{username} eq $eve } all() ],
    [ 'account_removed' ], 'but for that';


# --- bounded, and restored

$t->cli_ok('user', 'set', $ann, '--name', "Ann $_") for 1 .. 30;
is scalar(all($ann)), 25, 'the last ones';
is scalar(grep { $_->{event} eq 'signin_locks' } all('dan')), 1,
    'what failed stays';

# half a year later a new worker looks at those of the store first

$t->set_clock($now + 181 * 86400);
$t->reload;
ok Login::Test::wait_for(sub {
    !grep { $_->{event} eq 'backup_made' } all();
}), 'no longer than half a year';
$t->set_clock($now);

$t->cli_ok('backup', "$dir/later");
$t->cli_ok('user', 'set', $bob, '--name', 'Robert');
$t->stop;
$t->cli_ok('restore', "$dir/later");
is((all())[-1]{event}, 'store_restored', 'restored');
is((all())[-1]{detail}, "$dir/later", 'from which backup');
is((all($bob))[-1]{event}, 'sessions_revoked', 'with what it had');

ends(0, 'the store is well', 'check');

done_testing();
