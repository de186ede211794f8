#!/usr/bin/perl

# Keys come and go while people are signed in: nginx-login key list, rotate,
# reseal, retire.

use strict;
use warnings;

use Fcntl qw(:mode);
use JSON::PP;
use MIME::Base64 qw(decode_base64url);

use Login::Test;


my $password = 'correct horse battery staple';
my @people = map { "user$_\@example.com" } 1 .. 4;

my $t = Login::Test->new(
    accounts => { map { $_ => $password } @people },
    http     => 'login_hash memory=1m passes=1;',
);

my $key = $t->key;

# comments are there to stay

my ($first) = $t->read_file($key) =~ /^([0-9a-f]{64})$/m;

$t->write_file($key, "# keys of the login\n\n# of the beginning\n$first\n");
chmod 0400, $key;

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END


sub sign_in {
    my ($person) = @_;

    my $browser = $t->browser;
    my $answer = $browser->sign_in($person, $password);

    return $answer->status == 303 ? $browser->cookie('login')
        : $answer->status;
}


sub ask {
    return $t->browser->get('/', headers => { Cookie => "login=$_[0]" })
        ->status;
}


sub key_id { unpack 'H8', substr decode_base64url($_[0]), 2, 4 }
sub keys_of { @{ decode_json($t->cli_ok('--json', 'key', 'list')) } }
sub lines { grep { /^[0-9a-f]/ } split /\n/, $t->read_file($key) }


sub refused {
    my ($message, $name, @arguments) = @_;

    my ($status, $out, $err) = $t->cli(@arguments);

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $status, 1, "$name: refused";
    is $out, '', "$name: says nothing else";
    like $err, qr/\Anginx-login: [^\n]*$message[^\n]*\n\z/, "$name: why";
}


# --- one key

my @old = map { sign_in($_) } @people;
my $one = key_id($old[0]);
my @list = keys_of();

is scalar(@list), 1, 'one key';
is $list[0]{id}, $one, 'the one that cookies name';
is $list[0]{place}, 'signs', 'it signs';
cmp_ok $list[0]{records}, '>=', 12,
    'and has written accounts, names and sessions';

unlike $t->cli_ok('key', 'list'), qr/\Q$first\E/, 'a list shows no key';

refused(qr/is the one that signs/, 'retire the only key',
        'key', 'retire', $one);
refused(qr/key not found/, 'retire another one', 'key', 'retire', '00112233');
refused(qr/key not found/, 'retire by the key itself',
        'key', 'retire', $first);

my (undef, undef, $err) = $t->cli('key', 'retire', $first);
unlike $err, qr/\Q$first\E/, 'which is not shown';


# --- a second one, which verifies first

like $t->cli_ok('key', 'rotate', '--verify-first'),
    qr/verifies, now: nginx -s reload/, 'a key that verifies first';

my ($again, $second) = lines();
my @st = stat $key;

is $again, $first, 'the first key is the first one still';
is S_IMODE($st[2]), 0400, 'the mode stays';
is $st[4], $>, 'so does the owner';
like $t->read_file($key),
    qr/\A# keys of the login\n\n# of the beginning\n$first\n# next:/,
    'and the comments';

refused(qr/verifies first, run "nginx -s reload"/, 'another one',
        'key', 'rotate', '--verify-first');

@list = keys_of();

is join(' ', map { $_->{place} } @list), 'signs next', 'both are listed';
is $list[1]{records}, 0, 'the new one has no records';

my $two = $list[1]{id};

ok $t->reload, 'a reload with both';
is ask($_), 200, 'who is signed in stays so' for @old;
is key_id(sign_in($people[0])), $one, 'the first one signs';

# it signs for the command line now, and the workers know it

like $t->cli_ok('key', 'rotate'), qr/key "$two" signs/, 'the second signs';
is join(' ', lines()), "$second $first", 'the keys changed places';
like $t->read_file($key), qr/\A# keys of the login\n\n$second\n# of the/,
    'comments stay with their keys';
unlike $t->read_file($key), qr/next/, 'and the mark is gone';

$t->add_user('new@example.com', $password);
$t->cli_ok('user', 'set', $people[1], '--name', 'New');

like sign_in('new@example.com'), qr/^[\w-]{100,}$/,
    'an account that was written with it, before the reload';
like sign_in($people[1]), qr/^[\w-]{100,}$/, 'one that was changed';
is ask($_), 200, 'nobody is signed out' for @old;

ok $t->reload, 'a reload';
is ask($_), 200, 'who is signed in stays so' for @old;

my @new = map { sign_in($_) } @people;

is key_id($new[0]), $two, 'the second one signs';


# --- the first one goes

refused(qr/needed by \d+ records, run "nginx-login key reseal"/,
        'retire a key in use', 'key', 'retire', $one);
is scalar(lines()), 2, 'nothing changed';

like $t->cli_ok('key', 'reseal'), qr/^\d+ records written anew$/, 'reseal';
is $t->cli_ok('--json', 'key', 'reseal') =~ s/\s//gr, '{"resealed":0}',
    'once more finds nothing to do';

@list = keys_of();

is $list[1]{records}, 0, 'no record needs the first key';
is ask($_), 200, 'who is signed in stays so' for @old, @new;
like sign_in($people[2]), qr/^[\w-]{100,}$/, 'and people sign in';

like $t->cli_ok('key', 'retire', $one),
    qr/"$one" retired, cookies that it signed end with: nginx -s reload/,
    'the first key is retired';
is join(' ', lines()), $second, 'its line is gone';
is ask($old[0]), 200, 'its cookies are good until the reload';

ok $t->reload, 'a reload';
is ask($_), 302, 'and end with it' for @old;
is ask($_), 200, 'the others do not' for @new;
like sign_in($_), qr/^[\w-]{100,}$/, "$_ signs in" for @people;


# --- at once

like $t->cli_ok('key', 'rotate'), qr/signs, now: nginx -s reload/,
    'a key that signs at once';
ok $t->reload, 'a reload';

my $third = sign_in($people[3]);

isnt key_id($third), $two, 'it signs';
is ask($_), 200, 'nobody is signed out' for @new;

# a key that never came to sign

my $next = decode_json($t->cli_ok('--json', 'key', 'rotate',
                                  '--verify-first'));

is $next->{place}, 'next', 'one that verifies first, in JSON';
$t->cli_ok('key', 'retire', $next->{id});
unlike $t->read_file($key), qr/next/, 'it goes, and its mark with it';

# a link is followed, not replaced

rename $key, "$key.real";
symlink "$key.real", $key;

$t->cli_ok('key', 'rotate');
ok -l $key, 'a link stays a link';
is scalar(() = $t->read_file("$key.real") =~ /^[0-9a-f]{64}$/mg), 3,
    'what it leads to is changed';

# as many as there may be

my ($status) = 0;
$t->cli_ok('key', 'rotate') for 1 .. 13;
refused(qr/16 keys, retire one/, 'a seventeenth', 'key', 'rotate');

# no damaged file, whenever it dies

for my $call (qw(openat write fsync rename)) {
    my $n = 0;

    do {

        # each rotation left an event that the key of before has sealed

        if (lines() == 16) {
            $t->cli_ok('key', 'reseal');

            my ($spare) = grep { $_->{place} eq 'verifies' && !$_->{records} }
                keys_of();
            $t->cli_ok('key', 'retire', $spare->{id});
        }

        ($status) = $t->cli_killed($call, ++$n, 'key', 'rotate');

        my @keys = keys_of();
        ok @keys == 15 || @keys == 16, "killed at $call $n: the keys are good";
    } while ($status == 137 && $n < 100);

    cmp_ok $n, '>', 1, "$call was there to be killed at";
    is $status, 0, "$call: to the end at last";
}

# a folder that cannot be written to

SKIP: {
    skip 'root may write everywhere', 1 if $> == 0;

    my $before = $t->read_file($key);

    chmod 0500, $t->dir;
    ($status) = $t->cli('key', 'rotate');
    chmod 0755, $t->dir;

    is "$status $before", '3 ' . $t->read_file($key), 'is left as it is';
}

done_testing;
