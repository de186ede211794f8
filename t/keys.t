#!/usr/bin/perl

# The key file: keys that follow each other, and files that must not be
# taken, neither at the start nor by a server that runs.

use strict;
use warnings;

use MIME::Base64 qw(decode_base64url);
use POSIX qw(mkfifo);

use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $t = Login::Test->new(
    accounts => { $ann => $password },
    http     => 'login_hash memory=1m passes=1;',
);

my ($first) = $t->read_file($t->key) =~ /^([0-9a-f]{64})$/m;
my $second = '0123456789abcdef' x 4;
my $third = 'fedcba98' x 8;

ok $first, 'init makes a key';

$t->run($server);


sub keys_are {
    my ($content, $mode) = @_;

    $t->write_file($t->key, $content);
    chmod $mode // 0600, $t->key;
}


sub sign_in {
    my $browser = $t->browser;
    my $answer = $browser->sign_in($ann, $password);

    return $answer->status == 303 ? $browser->cookie('login')
        : $answer->status;
}


sub ask {
    return $t->browser->get('/', headers => { Cookie => "login=$_[0]" })
        ->status;
}


sub key_id {
    return unpack 'H8', substr decode_base64url($_[0]), 2, 4;
}


# --- one key after the other

my $old = sign_in();

is ask($old), 200, 'signed in with the first key';

keys_are("$second\n$first\n");
is ask($old), 200, 'a changed file changes nothing yet';

ok $t->reload, 'a new key above the old one';
is ask($old), 200, 'what the old one signed is good';

my $new = sign_in();

is ask($new), 200, 'what the new one signed as well';
isnt key_id($new), key_id($old), 'which is another one';

# the other way round

keys_are("# comment\n\n$first\n$second\n");
ok $t->reload, 'in the other order';
is ask($new), 200, 'all keys verify';
is ask($old), 200, 'both of them';
is key_id(sign_in()), key_id($old), 'the first one signs';

# without the one that signed

keys_are("$first\n");
ok $t->reload, 'the second key is dropped';
is ask($new), 302, 'what it signed is refused';
is ask($old), 200, 'the rest is not';

keys_are("$third\n");
ok $t->reload, 'another key alone';
is ask($old), 302, 'nothing that was signed before is taken';
is ask($new), 302, 'nothing at all';
is sign_in(), 503, 'records that it cannot verify are a fault';

keys_are("$second\n$first\n");
ok $t->reload, 'both keys are back';
is ask($old), 200, 'what the old one signed is good';
is ask($new), 200, 'what the new one signed as well';


# --- files that are refused

my $key = $t->key;
my $name = qr/"?\Q$key\E"?/;
my $init = qr/run "nginx-login .*init"/;

my @bad = (
    'missing'           => sub { unlink $key },
                           qr/$name .*$init/,
    'a directory'       => sub { unlink $key; mkdir $key, 0700 },
                           qr/$name/,
    'a pipe'            => sub { unlink $key; mkfifo $key, 0600 },
                           qr/$name/,
    'open to everybody' => sub { keys_are("$first\n", 0644) },
                           qr/$name is open to others, run "chmod 600 /,
    'open to a group'   => sub { keys_are("$first\n", 0640) },
                           qr/$name is open to others, run "chmod 600 /,
    'writable by all'   => sub { keys_are("$first\n", 0602) },
                           qr/$name is open to others, run "chmod 600 /,
    'empty'             => sub { keys_are('') },
                           qr/$name has no key/,
    'comments only'     => sub { keys_are("# key\n\n") },
                           qr/$name has no key/,
    'too short'         => sub { keys_are(substr($first, 1) . "\n") },
                           qr/64 hexadecimal digits.* in $name:1$/,
    'too long'          => sub { keys_are("$second\n${first}0\n") },
                           qr/64 hexadecimal digits.* in $name:2$/,
    'not hexadecimal'   => sub { keys_are("\n" . 'g' . substr $first, 1) },
                           qr/64 hexadecimal digits.* in $name:2$/,
    'a space behind'    => sub { keys_are("$first \n") },
                           qr/64 hexadecimal digits.* in $name:1$/,
    'a carriage return' => sub { keys_are("$first\r\n") },
                           qr/64 hexadecimal digits.* in $name:1$/,
    'NUL'               => sub { keys_are("$first\n\0\n") },
                           qr/64 hexadecimal digits.* in $name:2$/,
    'bytes'             => sub { keys_are(join '', map { chr } 0 .. 255) },
                           qr/64 hexadecimal digits.* in $name:1$/,
    'twice'             => sub { keys_are("$first\n$second\n$first\n") },
                           qr/twice.* in $name:3$/,
    'too many'          => sub {
                               keys_are(join '', map {
                                   sprintf "%064x\n", $_
                               } 1 .. 17);
                           },
                           qr/more than 16 keys.* in $name:17$/,
    'too large'         => sub { keys_are("$first\n" . '#' x 65536) },
                           qr/$name/,
);

while (my ($what, $make, $message) = splice @bad, 0, 3) {
    $make->();

    $t->conf_error($server, $message, "$what: nginx -t refuses", nowhere => 1);
    ok !$t->reload, "$what: so does a reload";
    is ask($old), 200, "$what: the server goes on";
    like sign_in(), qr/^[\w-]{100,}$/, "$what: and people sign in";

    -d $key ? rmdir $key : unlink $key;
    keys_are("$second\n$first\n");
}

$t->conf_ok($server, 'the right one is taken');
ok $t->reload, 'by the running server as well';
is ask($new), 200, 'which goes on';

my $log = $t->error_log . $t->read_file('stderr.log');

unlike $log, qr/\Q$_/i, 'no key is in the log'
    for map { substr $_, 4, 40 } $first, $second;

# another name for it

$t->write_file('other.key', "$first\n");
chmod 0600, $t->dir . '/other.key';
symlink $t->dir . '/other.key', $t->dir . '/link.key';

$t->conf_ok($server, 'a symbolic link', no_store => 1, http =>
    'login_store %%STORE%%; login_key %%DIR%%/link.key;');
$t->conf_ok($server, 'a name beside nginx.conf', no_store => 1, http =>
    'login_store %%STORE%%; login_key other.key;');

done_testing;
