#!/usr/bin/perl

# nginx-login check, stat and upgrade: beside a running nginx, and on stores
# that something has happened to.

use strict;
use warnings;

use JSON::PP;
use POSIX ();

use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $bob) = map { "$_\@example.com" } qw(ann bob);

my @options = (
    accounts => { $ann => $password, $bob => $password },
    http     => 'login_hash memory=1m passes=1;',
);

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $t = Login::Test->new(@options);


# The findings in JSON, and whether exit status and lines say the same.

sub findings {
    my ($t, $name) = @_;

    my ($status, $out, $err) = $t->cli('--json', 'check');
    my $json = eval { decode_json($out) } // {};
    my @findings = @{ $json->{findings} // [] };

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $status, @findings ? 1 : 0, "$name: exit status";
    is $json->{found}, scalar(@findings), "$name: number";
    is $err, @findings ? "nginx-login: " . @findings . " findings\n" : '',
        "$name: standard error";

    my ($plain, $lines) = $t->cli('check');

    is $plain, $status, "$name: the same without JSON";
    is scalar(grep { my $line = timeless($_);
                     grep { timeless($_) eq $line } @findings }
              split /\n/, $lines), scalar(@findings),
        "$name: one line for each";

    return @findings;
}


# A second may pass from one to the other.

sub timeless {
    return $_[0] =~ s/^clock is at \K[^,]*//r =~ s/\d+(?= seconds later)//r;
}


# Changes the file behind LMDB's back, which nobody has open.

sub edit {
    my ($t, $change) = @_;

    my $file = $t->store . '/data.mdb';
    my $bytes = $t->read_file($file);
    my $changed = $change->($bytes);

    die "nothing was changed\n" if $changed eq $bytes;
    $t->write_file($file, $changed);

    return $bytes;
}


# --- all is well

is join('', findings($t, 'no nginx')), '', 'nothing is found';

$t->run($server);
is $t->browser->sign_in($_, $password)->status, 303, "$_ signs in"
    for $ann, $bob;

is join('', findings($t, 'people are signed in')), '', 'nothing is found';

my $check = decode_json($t->cli_ok('--json', 'check'));
my ($key) = @{ decode_json($t->cli_ok('--json', 'key', 'list')) };

is $check->{accounts}, 2, 'accounts';
is $check->{sessions}, 2, 'sessions';
is $check->{keys}[0]{id}, $key->{id}, 'the key';
is $check->{keys}[0]{records}, $check->{records}, 'sealed everything';
cmp_ok abs($check->{clock} - time), '<', 600, 'the clock';
cmp_ok $check->{newest}, '<=', $check->{clock}, 'no record is ahead of it';

like $t->cli_ok('check'), qr/\Aclock\ \d{4}-.*\n
    key\ $key->{id}\ signs,\ \d+\ records\n
    store\ \d+\ records,\ 2\ accounts,\ 2\ sessions.*\n
    nothing\ found\n\z/x, 'in lines';

my $stat = decode_json($t->cli_ok('--json', 'stat'));

is $stat->{format}, 1, 'stat: format';
is $stat->{epoch}, 0, 'stat: epoch';
is $stat->{accounts}, 2, 'stat: accounts';
is $stat->{sessions}, 2, 'stat: sessions';
is $stat->{records}, $check->{records}, 'stat: records';
is $stat->{map_size}, 64 * 2 ** 30, 'stat: map';
cmp_ok $stat->{used}, '<=', $stat->{file_size}, 'stat: use';
cmp_ok $stat->{readers}, '>=', 1, 'stat: readers of the workers';
cmp_ok $stat->{transaction}, '>=', 4, 'stat: transactions';
like $t->cli_ok('stat'), qr/^accounts +2\nsessions +2\n/, 'stat: in lines';

like $t->cli_ok('upgrade'), qr/has format "1" already, nothing is to be done/,
    'upgrade: nothing to do';
is decode_json($t->cli_ok('--json', 'upgrade'))->{format}, 1,
    'upgrade: in JSON';

# while people sign in

my $done = 0;

for (1 .. 5) {
    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        $t->browser->sign_in($ann, $password);
        POSIX::_exit(0);
    }

    my ($status) = $t->cli('check');
    $done++ if $status == 0;
    waitpid $pid, 0;
}

is $done, 5, 'nothing is found while people sign in';

$t->stop;


# --- keys

my $text = $t->read_file($t->key);

$t->write_file($t->key, '0123456789abcdef' x 4 . "\n");

my @found = findings($t, 'with another key');

is scalar(@found), decode_json(($t->cli('--json', 'check'))[1])->{records},
    'each record is found';
is scalar(grep { /needs key "$key->{id}", which is not in the key file/ }
          @found), scalar(@found), 'and the key is named';

$t->write_file($t->key, $text);

# more than anybody wants to read

$t->cli_ok('import', 'htpasswd', $t->write_file('many', join '', map {
    "many$_:\$2y\$05\$" . '.' x 53 . "\n"
} 1 .. 120));

$t->write_file($t->key, '0123456789abcdef' x 4 . "\n");

{
    my (undef, $json) = $t->cli('--json', 'check');
    my (undef, $lines) = $t->cli('check');
    my $n = decode_json($json)->{found};

    cmp_ok $n, '>', 120, 'each of many';
    is scalar @{ decode_json($json)->{findings} }, 100, '100 are shown';
    is scalar(() = $lines =~ /needs key/g), 100, 'in lines, too';
    like $lines, qr/^and ${\($n - 100)} more$/m, 'and how many are not';
}

$t->write_file($t->key, $text);

SKIP: {
    skip 'only root has files of others', 6 if $> != 0;

    chown +(stat $t->store)[4, 5], $t->key;
    @found = findings($t, 'key of the store\'s owner');
    like "@found", qr/belongs to the owner of the store.*run "chown root/,
        'is found';
    chown 0, 0, $t->key;
}

chmod 0640, $t->key;
my ($status, $out, $err) = $t->cli('check');
is $status, 3, 'a key that others may read: unusable';
like $err, qr/is open to others, run "chmod 600/, 'it says so';
chmod 0600, $t->key;


# --- the files

chmod 0750, $t->store;
($status, $out, $err) = $t->cli('check');
is $status, 3, 'a store that others may read: unusable';
like $err, qr/mode 0750 instead of 0700/, 'it says so';
chmod 0700, $t->store;

my $version = $t->read_file($t->store . '/version');

$t->write_file($t->store . '/version', "2\n");

for my $command (qw(check stat upgrade)) {
    ($status, $out, $err) = $t->cli($command);
    is $status, 3, "$command: a newer format is refused";
    like $err, qr/format "2", not "1", install the version .* that made it/,
        "$command: it says so";
}

$t->write_file($t->store . '/version', $version);


# --- records

# the last one in the file is of a page that is in use: keys and all

my $bytes = edit($t, sub { $_[0] =~ s/\$argon2id/\$argon2ix/gr });

@found = findings($t, 'other password hashes');
is scalar(grep { /^record "A [0-9a-f]{32}" is damaged or forged/ } @found),
    2, 'both accounts are found';

$t->write_file($t->store . '/data.mdb', $bytes);

is join('', findings($t, 'as it was')), '', 'nothing is found';

SKIP: {
    skip 'ASan tells of SIGBUS itself', 2 if Login::Test::sanitized();

    edit($t, sub { substr $_[0], 0, 8192 });

    ($status, $out, $err) = $t->cli('check');
    is $status, 3, 'a file that was cut off: unusable';
    like $err, qr/\Anginx-login: store .*damaged[^\n]*\n\z/, 'it says so';

    $t->write_file($t->store . '/data.mdb', $bytes);
}


# --- the clock

my $future = Login::Test->new(@options, clock => time + 86400);

$future->run($server);
is $future->browser->sign_in($ann, $password)->status, 303,
    'somebody signs in tomorrow';

@found = findings($future, 'a day later');
is scalar(@found), 1, 'one thing is found';
like $found[0], qr/^clock is at .*, but there is a record of .*set the clock/,
    'the clock';

done_testing;
