#!/usr/bin/perl

# nginx-login backup of a store in use, and restore: what comes back, what
# stays dead, and what is left wherever it is killed.

use strict;
use warnings;

use Fcntl qw(:mode);
use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $bob, $eve) = map { "$_\@example.com" } qw(ann bob eve);

my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    http     => 'login_hash memory=1m passes=1;',
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $dir = $t->dir;
my $backup = "$dir/backup";
my $store = $t->store;


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


sub people {
    return join ' ', map { $_->{username} =~ s/\@.*//r }
        @{ decode_json($t->cli_ok('--json', 'user', 'list')) };
}


sub refused {
    my ($expected, $message, $name, @arguments) = @_;

    my ($status, $out, $err) = $t->cli(@arguments);

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $status, $expected, "$name: refused";
    is $out, '', "$name: says nothing else";
    like $err, qr/\Anginx-login: [^\n]*$message[^\n]*\n\z/, "$name: why";
}


sub files { join ' ', sort map { s{.*/}{}r } glob "$store/*" }


# --- a store in use

my $before = sign_in($ann);

like $t->cli_ok('backup', $backup),
    qr/^\d+ records written.*\nkey ".*" is not among them.*keep a copy/,
    'a backup beside running workers';

my @st = stat $backup;

is S_IMODE($st[2]), 0600, 'nobody else may read it';
is $st[4], $>, 'it belongs to who made it';

refused(1, qr/exists already/, 'over a file that is there',
        'backup', $backup);
refused(1, qr/No such file/, 'in a folder that is not there',
        'backup', "$dir/no/backup");
is join(' ', glob "$backup*"), $backup, 'nothing else is left';

my $json = decode_json($t->cli_ok('--json', 'backup', "$backup.2"));

is $json->{file}, "$backup.2", 'in JSON';

# what happens after it

my $after = sign_in($bob);

$t->add_user($eve, $password);
$t->cli_ok('user', 'remove', $bob);
is people(), 'ann eve', 'people come and go';

# LMDB's own locks know who has the store open

my ($status, $out, $err) = $t->cli('restore', $backup);

is $status, 1, 'restore while nginx runs: refused';
like $err, qr/is in use by process (\d+), stop nginx first$/, 'it says why';

my ($pid) = $err =~ /process (\d+)/;

ok scalar(grep { $_ == $pid } $t->workers), 'and by which worker';
is people(), 'ann eve', 'nothing changed';
is ask($before), 200, 'people are signed in';

$t->stop;

$t->hold_store;
refused(1, qr/is in use by process \d+/, 'while another process has it open',
        'restore', $backup);
$t->release_store;

unlike files(), qr/restore/, 'no trace in the store';


# --- restored

like $t->cli_ok('restore', $backup),
    qr/is as of .*all sessions have ended\n.*kept in "(.*before-restore.*)"/,
    'restored once nginx is stopped';

my ($aside) = glob "$store/data.mdb.before-restore-*";

is people(), 'ann bob', 'as they were';
is files(), join(' ', sort 'data.mdb', 'lock.mdb', 'open.lock', 'orgs',
                 'version', $aside =~ s{.*/}{}r), 'the old data is kept';

for my $file (glob "$store/*") {
    @st = stat $file;
    is S_IMODE($st[2]), 0600, "$file: mode";
    is $st[4], (stat $store)[4], "$file: owner";
}

$t->start;

is ask($before), 302, 'a session that is in the backup is dead';
is ask($after), 302, 'so is one that came after it';

my $second = sign_in($bob);

is ask($second), 200, 'who was removed signs in again';
is sign_in($eve), 403, 'who came later does not';

$t->stop;
$t->cli_ok('restore', $backup);
$t->start;
is ask($second), 302, 'once more: what was between is dead as well';
$t->stop;

is scalar(() = glob "$store/data.mdb.before-restore-*"), 2,
    'the data of both times is kept';


# --- other keys

my $key = $t->read_file($t->key);
my $other = '0123456789abcdef' x 4 . "\n";

$t->add_user($eve, $password);
my $people = people();

sub with_key {
    my ($text, @arguments) = @_;

    $t->write_file('other.key', $text);
    chmod 0600, "$dir/other.key";

    return $t->command({}, Login::Test::build_dir() . '/nginx-login',
        '--store', $store, '--key', "$dir/other.key", @arguments);
}

($status, $out, $err) = with_key($other, 'restore', $backup);

is $status, 1, 'with another key: refused';
like $err, qr/needs key "[0-9a-f]{8}", which is not in the key file/,
    'it names the key';
is people(), $people, 'nothing changed';

($status, $out, $err) = with_key($other, 'backup', "$backup.3");

is $status, 1, 'a backup with another key: refused';
like $err, qr/lack \d+ records .*nginx-login check/, 'it says why';
ok !-e "$backup.3", 'and is not there';

($status) = with_key($other . $key, 'restore', $backup);
is $status, 0, 'with a newer key above it: restored';

(undef, $out) = with_key($other . $key, '--json', 'key', 'list');
is decode_json($out)->[1]{records}, 0, 'and written with the newer one';

$t->cli_ok('restore', $backup);


# --- no backups

my $bytes = $t->read_file($backup);

my %bad = (
    'cut off'       => substr($bytes, 0, -1),
    'an empty file' => '',
    'another file'  => 'x' x 1000,
    'a newer one'   => $bytes =~ s/backup 1/backup 2/r,
    'longer'        => $bytes . 'x',
    'changed'       => substr($bytes, 0, 200) . chr(ord(substr $bytes, 200)
                       ^ 1) . substr($bytes, 201),
);

my %why = (
    'cut off'       => qr/backup is cut off/,
    'an empty file' => qr/not a backup of nginx-login/,
    'another file'  => qr/not a backup of nginx-login/,
    'a newer one'   => qr/another format than "1"/,
    'longer'        => qr/something follows its end/,
    'changed'       => qr/backup is damaged/,
);

for my $what (sort keys %bad) {
    $t->write_file('bad', $bad{$what});
    refused(1, $why{$what}, $what, 'restore', "$dir/bad");
    is people(), 'ann bob', "$what: nothing changed";
    unlike files(), qr/restore\.new/, "$what: nothing is left";
}

refused(1, qr/No such file/, 'no file', 'restore', "$dir/none");
refused(3, qr/Is a directory/, 'a folder', 'restore', $dir);


# --- killed

# What is there is what was there or what is to be, at every moment, and the
# command can be run again.

sub killed_everywhere {
    my ($prepare, $check, @calls) = @_;

    for my $call (@calls) {
        my $n = 0;
        my $status;

        do {
            $prepare->();
            ($status) = $t->cli_killed($call, ++$n, 'restore', $backup);
            $check->("killed at $call $n");
        } while ($status == 137 && $n < 100);

        cmp_ok $n, '>', 1, "$call was there to be killed at";
        is $status, 0, "$call: to the end at last";
    }
}

my %seen;

killed_everywhere(
    sub {
        unlink glob "$store/data.mdb.before-restore-*";
        $t->cli_ok('user', 'add', $eve) if people() eq 'ann bob';
    },
    sub {
        my $now = people();

        like $now, qr/\Aann bob(?: eve)?\z/, "$_[0]: old or new";
        $seen{$now}++;
    },
    qw(openat mkdir renameat renameat2 unlinkat pwrite64 write fsync
       fdatasync fcntl flock),
);

is scalar(keys %seen), 2, 'there was both';
unlike files(), qr/restore\.new/, 'the last one left nothing';

$t->conf_ok($t->{http_text}, 'nginx takes the store');

# where two files cannot change places

$t->cli_ok('user', 'add', $eve);
unlink glob "$store/data.mdb.before-restore-*";

($status, $out, $err) = $t->command(
    { env => { ASAN_OPTIONS => 'detect_leaks=0' } },
    '/usr/bin/strace', '-o', '/dev/null', '-e', 'trace=renameat2',
    '-e', 'inject=renameat2:error=EINVAL',
    Login::Test::build_dir() . '/nginx-login', '--store', $store,
    '--key', $t->key, 'restore', $backup);

is "$status $err", '0 ', 'without RENAME_EXCHANGE';
is people(), 'ann bob', 'the new one is in place';
is scalar(() = glob "$store/data.mdb.before-restore-*"), 1,
    'the old one is kept';
is((stat "$store/data.mdb")[3], 1, 'nothing is linked');


# --- where there is no store

sub clear {
    unlink glob "$store/restore.new/*";
    rmdir "$store/restore.new";
    unlink glob "$store/*";
    rmdir $store;
    ok !-e $store, 'no store';
}

my @user = ('--user', Login::Test::workers_user());

clear();
$t->write_file('bad', $bad{'cut off'});
refused(1, qr/cut off/, 'from what is no backup',
        'restore', "$dir/bad", @user);

refused(3, qr/run "nginx-login --store/, 'there is no store still',
        'user', 'list');
$t->cli_ok('restore', $backup, @user);
is people(), 'ann bob', 'from a backup';
unlike files(), qr/before/, 'where nothing is kept';

killed_everywhere(
    \&clear,
    sub {
        my ($status, $out, $err) = $t->cli('user', 'list');

        if ($status == 0) {
            is people(), 'ann bob', "$_[0]: there is a store";
            return;
        }

        # no "version" yet, or not even a directory

        is $status, 3, "$_[0]: there is none yet";
        $t->cli_ok('restore', $backup, @user);
        is people(), 'ann bob', "$_[0]: the next one makes it";
    },
    qw(mkdir renameat fchmod),
);

mkdir "$dir/full";
$t->write_file('full/file', 'x');

(undef, undef, $err) = $t->command({}, Login::Test::build_dir()
    . '/nginx-login', '--store', "$dir/full", '--key', $t->key, 'restore',
    $backup);
like $err, qr/holds "file", give the store one of its own/,
    "nobody's other directory is taken";

# and nginx starts on it

$t->start;
like sign_in($bob), qr/^[\w-]{100,}$/, 'people sign in to what was restored';

done_testing;
