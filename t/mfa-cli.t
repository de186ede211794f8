#!/usr/bin/perl

# "nginx-login mfa", "user list --no-mfa", and what other commands do to the
# second factor.  Cases B08, E02.

use strict;
use warnings;

use JSON::PP;
use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $bob) = map { "$_\@example.com" } qw(ann bob);

my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    limit    => '',
);

my $conf = <<'END';
login_hash memory=1m passes=1;
%s

server {
    listen 127.0.0.1:%%%%PORT%%%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}
END

$t->run(sprintf $conf, '');

my $file = $t->dir . '/uris';
my $secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
my $other = 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U';


sub json { decode_json($t->cli_ok('--json', @_)) }

sub list { json('mfa', 'list', @_) }

sub ends {
    my ($status, $what, $like, @arguments) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my ($got, $out, $err) = $t->cli(@arguments);

    is $got, $status, $what or diag $out, $err;
    like $err, $like, "$what: why";

    return $out;
}

sub import_uris {
    my (@lines) = @_;

    $t->write_file('uris', join '', map { "$_\n" } @lines);
    chmod 0644, $file;

    return $t->cli('mfa', 'import', $file);
}

# Of the account, as the store keeps them.

sub events {
    my ($who) = @_;

    return join ' ', map { $_->{event} } grep { $_->{event} =~ /mfa/ }
        @{ json('events', $who) };
}

sub put_factor {
    my ($status, $out, $err) = $t->command({},
        Login::Test::build_dir() . '/unit/put_factor', @_);

    die "put_factor: $err\n" if $status;

    return $out;
}

sub users {
    return join ' ', sort map { $_->{username} }
        @{ json('user', 'list', @_) };
}


# --- nothing yet

is $t->cli_ok('mfa', 'list', $ann),
    "user \"$ann\" has no second factor\n", 'nothing yet';
is_deeply list($ann), {
    username => $ann, devices => [], trusted => [], limited => 0,
    recovery_codes => { left => 0, made => undef },
}, 'the same as JSON';
is users('--no-mfa'), "$ann $bob", 'both are without';
ends(1, 'nothing to export', qr/user "\Q$ann\E" has no device/,
     'mfa', 'export', $ann);
ends(1, 'nobody', qr/user "eve" not found/, 'mfa', $_, 'eve')
    for qw(list reset export);
is events($ann), '', 'no event of what did not happen';


# --- import

my $uri = "otpauth://totp/localhost:ann%40example.com?secret=$secret"
          . '&issuer=localhost&algorithm=SHA1&digits=6&period=30';

my ($status, $out, $err) = import_uris(
    '# from elsewhere', '',
    "otpauth://totp/Authelia:Ann%40EXAMPLE.com?secret=$secret\r",
    "otpauth://totp/Authelia:bob%40example.com?algorithm=SHA512&digits=8&"
        . "issuer=Authelia&period=60&secret=$other",
);

is $status, 0, 'imported' or diag $err;
is $out, "$ann: imported\n$bob: imported\n", 'line by line';
is events($ann), 'mfa_imported', 'an event';
is users('--no-mfa'), '', 'nobody is without';

my ($device) = @{ list($ann)->{devices} };

is $device->{name}, 'Authelia', 'named after where it comes from';
is $device->{kind}, 'totp', 'kind';
is $device->{last_used}, undef, 'not used yet';
cmp_ok abs($device->{added} - time), '<', 600, 'when';
like $t->cli_ok('mfa', 'list', $ann),
    qr/^totp +\Q$device->{id}\E +Authelia +\d{4}-\S+ \S+ +never\n\z/m,
    'as text';

($status, $out, $err) = $t->cli('mfa', 'import', $file);
is $status, 0, 'once more';
is $out, "$ann: had it already\n$bob: had it already\n", 'changes nothing';
is scalar @{ list($ann)->{devices} }, 1, 'one device still';
is events($ann), 'mfa_imported', 'no event either';

# what can't be taken is named, and keeps nothing else from being done

($status, $out, $err) = import_uris(
    'otpauth://hotp/ann?counter=1&secret=' . $other,
    'otpauth://totp/eve?secret=' . $other,
    'otpauth://totp/a%40b%40c?secret=' . $other,
    'https://example.com/',
    "otpauth://totp/x?secret=SECRETSECRET1",
    "otpauth://totp/ann%40example.com?secret=$other",
);

is $status, 1, 'some are refused';
is $out, "$ann: imported\n", 'the other one is done';
is $err, <<'END', 'each with its line and why';
nginx-login: line 1: not of codes by time (totp)
nginx-login: line 2, "eve": user not found
nginx-login: line 3: invalid user name
nginx-login: line 4: not an otpauth URI
nginx-login: line 5: has a secret that is not base32 of 10 to 64 bytes
END
is join(' ', sort map { $_->{name} } @{ list($ann)->{devices} }),
    'Authelia imported', 'two devices';

($status, $out, $err) = $t->cli('--json', 'mfa', 'import', $file);
is $status, 1, 'JSON: some are refused';
is_deeply [ map { "$_->{line} " . ($_->{username} // '-') . ' '
                  . ($_->{imported} ? 'yes' : 'no') . ' '
                  . ($_->{error} // '-') } @{ decode_json($out) } ],
    [
        '1 - no not of codes by time (totp)', '2 eve no user not found',
        '3 - no invalid user name', '4 - no not an otpauth URI',
        '5 - no has a secret that is not base32 of 10 to 64 bytes',
        "6 $ann no -",
    ], 'JSON: each';
ends(1, 'no such file', qr/No such file/, 'mfa', 'import', "$file.none");
ends(2, 'no file', qr/too few arguments/, 'mfa', 'import');


# --- export

$out = $t->cli_ok('mfa', 'export', $bob);

is $out, "otpauth://totp/localhost:bob%40example.com?secret=$other"
    . "&issuer=localhost&algorithm=SHA512&digits=8&period=60\n",
    'all that an app has to know, issuer is the portal';
is events($bob), 'mfa_imported mfa_exported', 'an event';
is_deeply [ sort { $a->{name} cmp $b->{name} } @{ json('mfa', 'export', $ann) }
          ], [
    { name => 'Authelia', uri => $uri },
    { name => 'imported', uri => $uri =~ s/\Q$secret/$other/r },
], 'JSON: with the names';

# from here to there

$t->cli_ok('user', 'add', 'carol');
import_uris($out =~ s/bob%40example.com/carol/r =~ s/\n//r);
is $t->cli_ok('mfa', 'export', 'carol'), $out =~ s/bob%40example.com/carol/r,
    'what was exported is imported';

unlike $t->read_file('store/data.mdb'), qr/\Q$_/, 'no secret is in the file'
    for $secret, $other, '12345678901234567890';


# --- recovery codes, trusted browsers, failures

my @codes = split /\n/, put_factor('fill', $t->store, $t->key, $ann);

is scalar @codes, 10, 'ten codes';

my $all = list($ann);

is $all->{recovery_codes}{left}, 10, 'ten are left';
cmp_ok abs($all->{recovery_codes}{made} - time), '<', 600, 'made when';
is $all->{trusted}[0]{browser}, 'Firefox', 'a trusted browser';
is $all->{trusted}[0]{address}, '192.0.2.1', 'its address';
cmp_ok $all->{limited}, '>', 3000, 'too many wrong codes';

$out = $t->cli_ok('mfa', 'list', $ann);
like $out, qr/^trusted +[0-9a-f]{32} +Firefox +\d{4}-/m, 'as text';
like $out, qr/^10 of 10 recovery codes left, made \d{4}-/m, 'codes as text';
like $out, qr/^too many wrong codes, .*"nginx-login user unlock"$/m,
    'what to do';

$t->cli_ok('user', 'unlock', $ann);
is list($ann)->{limited}, 0, 'unlocked';

# the same account, whatever it is called

$t->cli_ok('user', 'rename', $ann, 'anna@example.com');
is scalar @{ list('anna@example.com')->{devices} }, 2, 'renamed: devices stay';
is scalar @{ list('anna@example.com')->{trusted} }, 1, 'browsers, too';
is list('anna@example.com')->{recovery_codes}{left}, 10, 'and codes';
$t->cli_ok('user', 'rename', 'anna@example.com', $ann);

# whatever ends all sessions ends trust

$t->cli_ok('session', 'revoke', $ann);

for my $command ([ 'session', 'revoke', $ann ], [ 'user', 'disable', $ann ],
                 [ 'user', 'password', $ann, '--stdin' ])
{
    put_factor('fill', $t->store, $t->key, $ann);
    is scalar @{ list($ann)->{trusted} }, 1, "@$command[0, 1]: trusted";

    ($status) = $t->cli({ stdin => "$password\n" }, @$command);
    is $status, 0, "@$command[0, 1]";
    is_deeply list($ann)->{trusted}, [], "@$command[0, 1]: not any more";
    is scalar @{ list($ann)->{devices} }, 2, "@$command[0, 1]: devices stay";

    $t->cli_ok('user', 'enable', $ann);
    is_deeply list($ann)->{trusted}, [], 'nor after it';
}


# --- reset

put_factor('fill', $t->store, $t->key, $ann);

is $t->cli_ok('mfa', 'reset', $ann), "second factor of user \"$ann\" taken "
    . "away, all sessions ended\n", 'reset';
is_deeply list($ann), {
    username => $ann, devices => [], trusted => [], limited => 0,
    recovery_codes => { left => 0, made => undef },
}, 'nothing is left';
is users('--no-mfa'), $ann, 'without one again';
like events($ann), qr/ mfa_reset$/, 'an event';
is scalar @{ list($bob)->{devices} }, 1, "another's stays";
is_deeply json('mail', 'list'), [], 'no mails are configured';
my $browser = $t->browser;

is $browser->sign_in($ann, $password)->status, 303, 'signed in';
is $browser->get('/')->body, "in: $ann", 'and in';
is_deeply json('mfa', 'reset', $ann), { username => $ann, reset => 'mfa' },
    'reset once more';
isnt $browser->get('/')->status, 200, 'signed out';

# the owner is told

$t->reload(sprintf $conf, 'login_mail smtp://127.0.0.1:1;');

wait_for(sub {
    $t->cli_ok('mfa', 'reset', $bob);
    grep { $_->{kind} eq 'mfa-reset' && $_->{to} eq $bob }
        @{ json('mail', 'list') };
}) or diag 'no mail';

is users('--no-mfa'), "$ann $bob", 'and has none any more';

# who goes leaves nothing

put_factor('fill', $t->store, $t->key, 'carol');
$t->cli_ok('user', 'remove', 'carol');
($status, $out, $err) = $t->cli('check');
is $status, 0, 'nothing is left of who was removed' or diag $out, $err;

done_testing;
