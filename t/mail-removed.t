#!/usr/bin/perl

# What becomes of mails that wait for the relay when what they lead to is
# gone: links of an account that was removed or renamed, or that newer ones
# took the place of.  What has happened is told all the same.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $no = JSON::PP::false;
my $password = 'correct horse battery staple';
my $other = 'another horse, another battery';
my @people = map { "$_\@example.com" } qw(ann bob cid dan);

my $relay = Login::Mail->new(starttls => $no);

my $t = Login::Test->new(
    accounts => { map { $_ => $password } @people },
    http     => 'login_hash memory=1m passes=1;');

$t->run('login_mail smtp://127.0.0.1:' . $relay->port . " starttls=off;\n"
        . <<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location / { return 200; }
}
END

wait_for(sub { ($t->cli('gates'))[0] == 0 });


sub queued {
    my ($to) = @_;

    my $states = Login::Mail::states($t);

    return join ' ', sort map { $_->{kind} }
        grep { $_->{to} eq $to && $_->{state} eq 'queued' } values %$states;
}

sub forgets {
    my ($who) = @_;

    my $browser = $t->browser;
    $browser->submit($browser->get('/login/forgot'), { username => $who });

    return wait_for(sub { queued($who) =~ /reset/ });
}

sub set_password {
    my ($who) = @_;

    $t->cli_ok({ stdin => "$other\n" }, 'user', 'password', $who, '--stdin');
}


# --- a relay that is away

$relay->stop;

my ($ann, $bob, $cid, $dan) = @people;

$t->cli_ok('invite', 'eve@example.com');
is queued('eve@example.com'), 'invitation', 'an invitation waits';
$t->cli_ok('user', 'remove', 'eve@example.com');
is queued('eve@example.com'), '', 'and is gone with its account';

$t->cli_ok('invite', 'fay@example.com') for 1 .. 2;
is queued('fay@example.com'), 'invitation', 'the newest only';
$t->cli_ok('invite', 'revoke', 'fay@example.com');
is queued('fay@example.com'), '', 'revoked';

set_password($ann);
ok forgets($ann), 'a link, and what happened before';
is queued($ann), 'password-changed reset', 'both wait';
$t->cli_ok('user', 'remove', $ann);
is queued($ann), 'password-changed', 'what happened is told';

ok forgets($bob), 'a link';
$t->cli_ok('user', 'rename', $bob, 'robert@example.com');
is queued($bob), 'renamed', 'of the old name: gone';
is queued('robert@example.com'), 'renamed', 'both addresses are told';

$t->cli_ok('user', 'set', $dan, '--name', 'Dan');
is queued($dan), '', 'a name is no news';
$t->cli_ok('user', 'set', $dan, '--email', $dan);
is queued($dan), '', 'nor the same address';
$t->cli_ok('user', 'set', $dan, '--email', 'daniel@example.com');
is queued($dan), 'address-changed', 'the old address is told of a new one';
is queued('daniel@example.com'), '', 'the new one is not';
$t->cli_ok('user', 'set', $dan, '--email', '');
is queued('daniel@example.com'), 'address-changed', 'of none as well';
$t->cli_ok('user', 'set', $dan, '--email', $dan);
is queued($dan), 'address-changed', 'who had none is told by nothing';

ok forgets($cid), 'a link';
my ($first) = keys %{ { map { $_->{id} => 1 }
    grep { $_->{to} eq $cid } values %{ Login::Mail::states($t) } } };
forgets($cid);
ok wait_for(sub { !Login::Mail::states($t)->{$first} }), 'and a newer one';
is queued($cid), 'reset', 'is the only one';


# --- and is back

$relay->restart(starttls => $no);
ok forgets($dan), 'the last one to ask';
$t->cli_ok('mail', 'retry');

my @mails = $relay->wait_mails(7);

is_deeply [ sort map { "@{ $_->{to} }: $_->{subject}" } @mails ], [ sort
    "$ann: Your password at localhost was changed",
    "$dan: Your address at localhost was changed",
    'daniel@example.com: Your address at localhost was changed',
    "$bob: Your username at localhost was changed",
    "$cid: Reset your password at localhost",
    "$dan: Reset your password at localhost",
    'robert@example.com: Your username at localhost was changed',
], 'the mails';

# a mail that has gone out stays in the list

$t->cli_ok('user', 'remove', $dan);
wait_for(sub { !grep { $_->{state} eq 'queued' }
               values %{ Login::Mail::states($t) } });

is scalar(grep { $_->{to} eq $dan && $_->{kind} eq 'reset' }
          values %{ Login::Mail::states($t) }), 1,
    'what was sent is in the list';

done_testing;
