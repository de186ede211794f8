#!/usr/bin/perl

# nginx-login from outside: exit status, bad input, JSON, owners and modes.
# What it does to sessions is in unit/test_cli.c.

use strict;
use warnings;

use Fcntl qw(:mode);
use File::Temp qw(tempdir);
use FindBin;
use IPC::Open3;
use JSON::PP;
use Symbol qw(gensym);
use Test::More;

our $bin = ($ENV{LOGIN_BUILD} || "$FindBin::Bin/../build") . '/nginx-login';

plan skip_all => "no $bin, run scripts/build" unless -x $bin;

my $root = $> == 0;
my @worker = getpwnam('www-data');
my $drop = $root && @worker;
my $owner = $drop ? $worker[2] : $>;
my $dir = tempdir(CLEANUP => 1);

# root's tool becomes www-data, who has to get there
chmod 0755, $dir;

# LeakSanitizer can't trace a process that changed its user
$ENV{ASAN_OPTIONS} = join ':', grep { $_ } $ENV{ASAN_OPTIONS},
    'detect_leaks=0' if $drop;

my @to = ('--store', "$dir/store", '--key', "$dir/key");

# Runs it with "stdin"; returns exit status, output, errors.
sub run {
    my ($stdin, @args) = @_;

    my $err = gensym;
    my $pid = open3(my $in, my $out, $err, $bin, @args);

    {
        local $SIG{PIPE} = 'IGNORE';
        binmode $in;
        print $in $stdin if defined $stdin;
        close $in;
    }

    # errors are one line at most: no pipe fills up meanwhile
    my $stdout = do { local $/; <$out> } // '';
    my $stderr = do { local $/; <$err> } // '';
    waitpid $pid, 0;

    return ($? & 127 ? "signal $?" : $? >> 8, $stdout, $stderr);
}

sub cli {
    return run(undef, @to, @_);
}

sub is_done {
    my ($name, $like, @args) = @_;
    my ($status, $out, $err) = @args && ref $args[0] ? @{ $args[0] }
        : cli(@args);
    subtest $name => sub {
        is($status, 0, 'exit status');
        is($err, '', 'no error');
        like($out, $like, 'output');
    };
}

sub is_refused {
    my ($name, $expected, $like, @args) = @_;
    my ($status, $out, $err) = @args && ref $args[0] ? @{ $args[0] }
        : cli(@args);
    subtest $name => sub {
        is($status, $expected, 'exit status');
        is($out, '', 'no output');
        like($err, qr/\Anginx-login: [^\n]+\n\z/, 'one line');
        like($err, $like, 'error');
        unlike($err, qr/\.\n\z/, 'no full stop');
    };
}

sub json_of {
    my ($status, $out, $err) = cli('--json', @_);
    is($status, 0, "json of @_") or diag $err;
    return eval { decode_json($out) };
}

sub slurp {
    my ($name) = @_;
    open my $fh, '<:raw', $name or return undef;
    local $/;
    return scalar <$fh>;
}

sub spew {
    my ($name, $text, $mode) = @_;
    open my $fh, '>:raw', $name or die "$name: $!";
    print $fh $text;
    close $fh;
    chmod $mode // 0600, $name;
}


# usage

is_refused('no command', 2, qr/no command/, [run(undef)]);
is_refused('unknown command', 2, qr/unknown command "frobnicate"/,
    'frobnicate');
is_refused('half a command', 2, qr/user: no command/, 'user');
is_refused('unknown half', 2, qr/unknown command "user frobnicate"/,
    'user', 'frobnicate');
is_refused('empty command', 2, qr/unknown command ""/, '');
is_refused('unknown option', 2, qr/unknown option "--frobnicate"/,
    'user', 'list', '--frobnicate');
is_refused('option of another command', 2, qr/unknown option "--role"/,
    'user', 'show', 'alice', '--role', 'x');
is_refused('missing value', 2, qr/"--name" wants a value/,
    'user', 'add', 'alice', '--name');
is_refused('unwanted value', 2, qr/"--json" has no value/,
    '--json=1', 'user', 'list');
is_refused('option twice', 2, qr/"--name" is given twice/,
    'user', 'add', 'alice', '--name', 'a', '--name', 'b');
is_refused('too few arguments', 2, qr/too few arguments/, 'user', 'show');
is_refused('nothing to set', 2, qr/nothing to set/, 'user', 'set', 'alice');
is_refused('no role', 2, qr/"--add" or "--remove"/, 'user', 'role', 'alice');
is_refused('bad time', 2, qr/invalid time "$_"/, 'user', 'list',
    '--inactive', $_)
    for '1x', 'd', '-1', '1d1w', '1d1d', '99999999999', '1 d';

# a password in the wrong place is not shown

for my $args (['user', 'password', 'alice', 'hunter2hunter2'],
              ['user', 'add', 'alice', '--password=hunter2hunter2'],
              ['user', 'add', 'alice', '-phunter2hunter2'])
{
    my ($status, $out, $err) = cli(@$args);
    is($status, 2, "wrong usage: $args->[1] $args->[-1]");
    unlike($out . $err, qr/hunter2/, 'is not repeated');
}


# help

is_done('version', qr/\Anginx-login \d+\.\d+\.\d+\n\z/, '--version');
is_done('help', qr/\AUsage: nginx-login/, [run(undef, '--help')]);

my ($status, $help) = run(undef, '--help');
my @commands = $help =~
    /^  ((?:user |session |import |key |mfa |mail |invite )?[a-z]+) /mg;

cmp_ok(scalar(@commands), '>=', 15, 'all commands are in the help');

for my $command (@commands) {
    is_done("help of $command", qr/\AUsage: nginx-login \Q$command\E/,
        [run(undef, split(/ /, $command), '--help')]);
}

is_done('help of a group', qr/user add.*user remove/s,
    [run(undef, 'user', '--help')]);

my ($long) = grep { length > 79 } split /\n/, $help;
is($long, undef, 'lines fit');


# explain

is_done('explain', qr/\AL10: .{50}/, [run(undef, 'explain', 'L10')]);
is_done('explain, in JSON', qr/"code": "L10"/,
    [run(undef, 'explain', 'l10', '--json')]);
is_refused('explain an unknown code', 1, qr/unknown code "L99"/,
    'explain', 'L99');


# before there is a store

is_refused('no key', 3, qr/key ".*": No such file/, 'user', 'list');

spew("$dir/key", '0' x 64 . "\n");
is_refused('no store', 3, qr/store ".*" does not exist.*init/,
    'user', 'list');

spew("$dir/key", '0' x 63 . "\n");
is_refused('bad key', 3, qr/key ".*", line 1: /, 'user', 'list');
is_refused('bad key, init', 3, qr/key ".*", line 1: /, 'init');
ok(! -e "$dir/store", 'and nothing is made');

spew("$dir/key", 'deadbeef' x 8 . "\n", 0640);
is_refused('key open to its group', 3, qr/run "chmod 600 /, 'user', 'list');
is_refused('key open to its group, init', 3, qr/run "chmod 600 /, 'init');
my (undef, undef, $err) = cli('user', 'list');
unlike($err, qr/deadbeef/, 'is not shown');

unlink "$dir/key";
mkdir "$dir/key";
is_refused('key is a directory', 3, qr/not a regular file/, 'user', 'list');
rmdir "$dir/key";


# init

my @user = $root && !$drop ? ('--user', 'root') : ();

is_refused('init for nobody known', 1, qr/unknown user "no-such-user"/,
    'init', '--user', 'no-such-user');

SKIP: {
    skip 'root may', 1 if $root;
    is_refused('init for another user', 1, qr/only root/,
        'init', '--user', 'root');
}

is_refused('init without a place for the key', 3, qr/No such file/,
    [run(undef, '--store', "$dir/store", '--key', "$dir/none/key", 'init',
         @user)]);
ok(! -e "$dir/store", 'makes no store');

mkdir "$dir/full", 0700;
spew("$dir/full/notes", 'mine');
is_refused('init in a directory of others', 1, qr/holds "notes"/,
    [run(undef, '--store', "$dir/full", '--key', "$dir/key", 'init', @user)]);
ok(! -e "$dir/key", 'leaves no key');

is_done('init', qr/\Astore ".*" made\nkey ".*" made\n\z/, 'init', @user);

sub modes_ok {
    my ($name) = @_;

    my @st = stat "$dir/store";
    is(S_IMODE($st[2]), 0700, "$name: mode of the store");
    is($st[4], $owner, "$name: owner of the store");

    for my $file (glob "$dir/store/*") {
        @st = stat $file;
        is($st[4], $owner, "$name: owner of $file");
        is(S_IMODE($st[2]) & 0177, 0, "$name: mode of $file");
    }

    @st = stat "$dir/key";
    is(S_IMODE($st[2]), 0600, "$name: mode of the key");
    is($st[4], $>, "$name: owner of the key");
}

modes_ok('init');

my $key = slurp("$dir/key");
like($key, qr/\A[0-9a-f]{64}\n\z/, 'key');
is_deeply([grep { !/^(?:store|key|full)$/ } map { s{.*/}{}r }
           glob "$dir/*"], [], 'nothing is left');

is_refused('init again', 1, qr/exists already/, 'init', @user);
is_refused('init of a name that is too long', 1, qr/store "xxx/,
    [run(undef, '--store', 'x' x 5000, '--key', "$dir/key", 'init', @user)]);

{
    my ($status, $out) = run(undef, '--json', '--store', "$dir/other",
        '--key', "$dir/other.key", 'init', @user);

    is($status, 0, 'init, in JSON');
    is_deeply(decode_json($out), { store => "$dir/other",
        key => "$dir/other.key", key_made => JSON::PP::true }, 'what was made');

    chmod 0700, $dir;
    is_refused('init beside another store', 1, qr/exists already/,
        [run(undef, '--store', "$dir/other", '--key', "$dir/key", 'init',
             @user)]);
    chmod 0755, $dir;

    system('rm', '-rf', "$dir/other", "$dir/other.key");
}

# who is not root, makes one that is theirs, and for nobody else

SKIP: {
    skip 'no user to become', 4 unless $drop;

    my $copy = "$dir/nginx-login";

    system('cp', $bin, $copy) == 0 or die "no copy\n";
    mkdir "$dir/theirs";
    chown $owner, -1, "$dir/theirs";

    my $theirs = sub {
        local $bin = 'setpriv';
        return run(undef, "--reuid=$owner", '--clear-groups', $copy,
            '--store', "$dir/theirs/store", '--key', "$dir/theirs/key", @_);
    };

    is_refused('init for another user', 1, qr/only root .*"root"/,
        [$theirs->('init', '--user', 'root')]);
    is_done('init for oneself', qr/made/, [$theirs->('init')]);
    is((stat "$dir/theirs/key")[4], $owner, 'whose key it is');
    is_done('and to use', qr/\A(?:USERNAME.*\n)?\z/,
        [$theirs->('user', 'list')]);

    system('rm', '-rf', $copy, "$dir/theirs");
}
is(slurp("$dir/key"), $key, 'keeps the key');

rename "$dir/key", "$dir/away";
is_refused('init beside a store without key', 1, qr/but not its key/,
    'init', @user);
ok(! -e "$dir/key", 'makes no other key');
rename "$dir/away", "$dir/key";

is_done('init with a key', qr/was there already, and is kept/,
    [run(undef, '--store', "$dir/second", '--key', "$dir/key", 'init',
         @user)]);
is(slurp("$dir/key"), $key, 'keeps it');


# users

is_done('nobody', qr/\AUSERNAME +NAME +STATE +LAST SIGN-IN +ROLES\n\z/,
    'user', 'list');
is_deeply(json_of('user', 'list'), [], 'nobody');

is_done('add', qr/\Auser "alice\@example.com" added, without a password/,
    'user', 'add', ' Alice@EXAMPLE.com', '--name', 'Alice A.', '--role',
    'admin', '--role=ops', '--role', 'admin', '--language', 'de');

modes_ok('add');

my $alice = json_of('user', 'show', 'ALICE@example.com');
like(delete $alice->{id}, qr/\A[0-9a-f]{32}\z/, 'id');
cmp_ok(abs(time - delete $alice->{created}), '<', 600, 'created');
is_deeply($alice, {
    username => 'alice@example.com', org => 'default', name => 'Alice A.',
    email => 'alice@example.com', language => 'de',
    roles => ['admin', 'ops'], state => 'no password',
    invited => JSON::PP::false,
    disabled => JSON::PP::false, password => JSON::PP::false,
    last_sign_in => undef, locked_until => undef
}, 'show');

is_done('show', qr/\Ausername +alice\@example.com\n.*\nroles +admin,ops\n/s,
    'user', 'show', 'alice@example.com');

is_refused('add again', 1, qr/"alice\@example.com" exists already/,
    'user', 'add', 'Alice@example.COM');
is_done('show, more', qr/\nlast sign-in +never\nsessions +0\n/, 'user', 'show',
    'alice@example.com');
is_refused('unknown user', 1, qr/user "bob" not found/, 'user', @$_)
    for ['show', 'bob'], ['set', 'bob', '--name', 'x'],
        ['rename', 'bob', 'rob'], ['role', 'bob', '--add', 'x'],
        ['password', 'bob', '--stdin'],
        ['disable', 'bob'], ['enable', 'bob'], ['remove', 'bob'],
        ['unlock', 'bob'];

is_refused('bad user name', 1, qr/invalid user name/, 'user', 'add', $_)
    for '', ' ', 'a@', '@example.com', 'a b@example.com', "a\tb", "\xff",
        "a\x{e2}\x{80}\x{ae}b", 'a' x 300;
is_refused('bad role', 1, qr/invalid role/, 'user', 'add', 'bob', '--role',
    $_) for '', 'a b', 'a,b', 'x' x 65, "a\nb";
is_refused('bad name', 1, qr/^nginx-login: name /, 'user', 'add', 'bob',
    '--name', $_) for "a\e[31mb", "a\nb", "\xff", 'x' x 401;
is_refused('bad address', 1, qr/invalid address/, 'user', 'add', 'bob',
    '--email', $_) for 'bob', 'bob@', 'a b@example.com';
is_refused('bad language', 1, qr/invalid language/, 'user', 'add', 'bob',
    '--language', $_) for '-', 'de-', '1', 'de_DE', 'x' x 9, "d\e";
is_refused('too many roles', 1, qr/longer than 400 bytes/, 'user', 'add',
    'bob', map { ('--role', $_ x 60) } 'a' .. 'g');

my ($st, $out, $esc) = cli('user', 'show', "x\e[31m\x{e2}\x{80}\x{ae}");
unlike($esc, qr/\e|\xe2\x80\xae/, 'errors are harmless to terminals');

is_refused('unknown organisation', 1, qr/unknown organisation "acme"/,
    '--org', 'acme', 'user', 'list');
is_done('the one organisation', qr/alice/, '--org', 'default', 'user',
    'list');
is_refused('an option for words behind "--"', 1, qr/invalid user name/,
    'user', 'add', '--', '--name @x');

is_done('set', qr/changed/, 'user', 'set', 'alice@example.com', '--name', '',
    '--language', 'pt-BR', '--email', 'A@Example.org');
$alice = json_of('user', 'show', 'alice@example.com');
is($alice->{name}, '', 'name taken away');
is($alice->{email}, 'a@example.org', 'email set');
is($alice->{language}, 'pt-BR', 'language set');
is_deeply($alice->{roles}, ['admin', 'ops'], 'roles stay');

is_done('rename', qr/\Auser "\S+" renamed to "bea\@example.org"\n\z/,
    'user', 'rename', 'Alice@example.com', ' Bea@EXAMPLE.org');
is_refused('the old name', 1, qr/not found/, 'user', 'show',
    'alice@example.com');
is(json_of('user', 'show', 'bea@example.org')->{email}, 'a@example.org',
    'an address of its own stays');
is_refused('rename to itself', 1, qr/"bea\@example.org" exists already/,
    'user', 'rename', 'bea@example.org', 'BEA@example.org');
is_refused('rename to no name', 1, qr/invalid user name/, 'user', 'rename',
    'bea@example.org', 'a@');
is_refused('rename without a name', 2, qr/too few arguments/, 'user',
    'rename', 'bea@example.org');
cli('user', 'set', 'bea@example.org', '--email', 'bea@example.org');
$alice = json_of('user', 'rename', 'bea@example.org', 'alice@example.com');
is($alice->{username}, 'alice@example.com', 'rename, in JSON');
is($alice->{email}, 'alice@example.com', 'an address that is the name');
is(json_of('user', 'rename', 'alice@example.com', 'alice')->{email},
    'alice@example.com', 'stays where the new name is none');
cli('user', 'rename', 'alice', 'alice@example.com');

is_done('role', qr/has other roles/, 'user', 'role', 'alice@example.com',
    '--remove', 'admin', '--add', 'dev', '--add', 'ops');
is_deeply(json_of('user', 'show', 'alice@example.com')->{roles},
    ['ops', 'dev'], 'roles');
is_refused('role that is not there', 1, qr/has no role "amdin"/, 'user',
    'role', 'alice@example.com', '--add', 'x', '--remove', 'amdin');
is_deeply(json_of('user', 'show', 'alice@example.com')->{roles},
    ['ops', 'dev'], 'roles are as before');
# what is locked, limit.t knows

is_done('unlock', qr/\Auser "alice\@example.com" unlocked\n\z/, 'user',
    'unlock', 'Alice@example.com');
is_done('unlock again', qr/unlocked/, 'user', 'unlock', 'alice@example.com');
is(json_of('user', 'unlock', 'alice@example.com')->{username},
    'alice@example.com', 'unlock, in JSON');
is_done('unlock an address', qr/\Aaddress "$_" unlocked\n\z/, 'user',
    'unlock', $_) for '192.0.2.1', '2001:db8::1', '192.0.2.1';
is_deeply(json_of('user', 'unlock', '::1'), { address => '::1' },
    'an address, in JSON');
is_deeply(json_of('user', 'list', '--locked'), [], 'nobody is locked');
modes_ok('unlock');

is_done('last role', qr/./, 'user', 'role', 'alice@example.com',
    '--remove', 'dev', '--remove', 'ops');
is_deeply(json_of('user', 'show', 'alice@example.com')->{roles}, [],
    'no role');

is_done('add a name', qr/user "bob" added/, 'user', 'add', 'Bob', '--role',
    'ops');
is(json_of('user', 'show', 'bob')->{email}, '', 'no address of its own');
is_deeply([map { $_->{username} } @{ json_of('user', 'list') }],
    ['alice@example.com', 'bob'], 'list');
is_deeply([map { $_->{username} } @{ json_of('user', 'list', '--role',
    'ops') }], ['bob'], 'list by role');
is_deeply(json_of('user', 'list', '--role', 'op'), [], 'part of a role');
is_deeply(json_of('user', 'list', '--inactive', '1h30m'), [], 'inactive');
is(scalar @{ json_of('user', 'list', '--inactive', '0') }, 2,
    'inactive since now');

is_done('disable', qr/disabled, all sessions ended/, 'user', 'disable',
    'bob');
is(json_of('user', 'show', 'bob')->{disabled}, JSON::PP::true, 'disabled');
is_done('list', qr/^bob +disabled +never +ops$/m, 'user', 'list');
is(json_of('user', 'show', 'bob')->{state}, 'disabled', 'its state');
is_done('enable', qr/enabled/, 'user', 'enable', 'bob');
is(json_of('user', 'show', 'bob')->{disabled}, JSON::PP::false, 'enabled');
is(json_of('user', 'disable', 'bob')->{disabled}, JSON::PP::true,
    'what it is now, in JSON');

is_done('remove', qr/user "bob" removed/, 'user', 'remove', 'bob');
is_refused('removed', 1, qr/not found/, 'user', 'show', 'bob');
is_done('add anew', qr/added/, 'user', 'add', 'bob');
is(json_of('user', 'show', 'bob')->{disabled}, JSON::PP::false,
    'nothing is left of the other one');


# passwords

sub password {
    my ($stdin) = @_;
    return [run($stdin, @to, 'user', 'password', 'bob', '--stdin')];
}

my $good = 'correct horse battery';

is_done('password', qr/new password, all sessions ended/,
    password("$good\n"));
is(json_of('user', 'show', 'bob')->{password}, JSON::PP::true, 'is set');
is(json_of('user', 'show', 'bob')->{state}, 'active', 'it is active');
is_done('without a line end', qr/new password/, password($good));
is_done('with CR LF', qr/new password/, password("$good\r\n"));

# characters, of whatever length

my $most = "correct horse b\xc3\xa4ttery " . "\xf0\x9f\x98\x80" x 378;

is_done('400 characters', qr/new password/, password($most));
is_refused('401 characters', 1, qr/longer than 400 char/,
    password("$most."));
is_refused('1601 bytes', 1, qr/longer than 1600 bytes/,
    password("\xf0\x9f\x98\x80" x 400 . 'x'));
is_refused('much', 1, qr/longer than 1600 bytes/, password('x' x 100000));
is_refused('empty', 1, qr/is empty/, password($_))
    for '', "\n", "\r\n";
is_refused('two lines', 1, qr/more than one line/, password("a\nb\n"));
is_refused('an empty line more', 1, qr/more than one line/,
    password("a\n\n"));
is_refused('NUL', 1, qr/control characters/, password("a\0b\n"));
is_refused('not UTF-8', 1, qr/not UTF-8/, password("a\xffb\n"));
is_refused('too short', 1, qr/too short, it needs 2 more characters, 15 in/,
    password("correct horse\n"));
is_refused('easy to guess', 1, qr/made of common words/,
    password("passwordpassword\n"));
is_refused('the own name', 1, qr/names that belong to the account/,
    password("bob.bob.bob.2026\n"));
is_refused('the own address', 1, qr/names that belong to the account/,
    [run("krakatoa.2026.mole\n", @to, 'user', 'add', 'dave',
         '--email', 'krakatoa.mole@example.com', '--password-stdin')]);
is_refused('nobody asks', 2, qr/"--stdin"/,
    [run("x\n", @to, 'user', 'password', 'bob')]);

is_done('add with a password', qr/\Auser "carol" added\n\z/,
    [run("$good\n", @to, 'user', 'add', 'carol',
         '--password-stdin')]);
is(json_of('user', 'show', 'carol')->{password}, JSON::PP::true, 'is set');
is_refused('add with a bad one', 1, qr/is empty/,
    [run('', @to, 'user', 'add', 'dave', '--password-stdin')]);
is_refused('adds nobody', 1, qr/not found/, 'user', 'show', 'dave');

for my $args (['user', 'show', 'carol'], ['user', 'list'],
              ['--json', 'user', 'show', 'carol'], ['--json', 'user', 'list'])
{
    my ($s, $o) = cli(@$args);
    unlike($o, qr/argon2|\$/, "no hash in @$args");
}

like(slurp("$dir/store/data.mdb"), qr/argon2id/, 'but in the store');
unlike(slurp("$dir/store/data.mdb"), qr/correct horse/, 'and no password');


# what others see of it while it waits for a password

SKIP: {
    skip 'no /proc', 4 unless -r '/proc/self/cmdline';

    my $pid = open3(my $in, my $o, undef, $bin, @to, 'user', 'password',
        'carol', '--stdin');
    print $in "a pretty secret word\n";
    $in->flush;

    # its user changes when the store is opened
    my $status;
    for (1 .. 3000) {
        $status = slurp("/proc/$pid/status") // '';
        last if slurp("/proc/$pid/cmdline") =~ /carol/
            && $status =~ /^Uid:(?:\t$owner){4}$/m;
        select undef, undef, undef, 0.01;
    }

    like($status, qr/^Uid:(?:\t$owner){4}$/m, 'it is the store\'s owner');
    like($status, $drop ? qr/^Gid:(?:\t$worker[3]){4}$/m : qr/^Gid:/m,
        'and group');
    like($status, $drop ? qr/^Groups:\s*$/m : qr/^Groups:/m,
        'and in no other group');
    unlike(slurp("/proc/$pid/cmdline") . (slurp("/proc/$pid/environ") // ''),
        qr/pretty secret/, 'nothing secret');

    close $in;
    waitpid $pid, 0;
    is($?, 0, 'done');
}


# sessions

is_done('no session', qr/\AUSERNAME +ID +SIGNED IN +LAST SEEN/,
    'session', 'list');
is_deeply(json_of('session', 'list', 'bob'), [], 'no session');
is_refused('sessions of nobody', 1, qr/not found/, 'session', 'list', 'nn');
is_done('revoke all', qr/all sessions of user "bob" ended/, 'session',
    'revoke', 'bob');
is_deeply(json_of('session', 'revoke', 'bob'),
    { username => 'bob', revoked => 'all' }, 'revoked, in JSON');
is_refused('revoke what is no id', 1, qr/invalid session "x"/, 'session',
    'revoke', 'bob', 'x');
is_refused('revoke what is not there', 1, qr/session not found/, 'session',
    'revoke', 'bob', '0' x 32);


# a store that can't be used

rename "$dir/key", "$dir/away";
spew("$dir/key", '1' x 64 . "\n");
is_refused('another key', 3, qr/another key/, 'user', 'list');
is_refused('another key, show', 3, qr/another key/, 'user', 'show', 'bob');
is_refused('another key, remove', 3, qr/another key/, 'user', 'remove',
    'bob');
rename "$dir/away", "$dir/key";

chmod 0755, "$dir/store";
is_refused('store open to others', 3, qr/run "chmod 700 /, 'user', 'list');
chmod 0700, "$dir/store";

my $version = slurp("$dir/store/version");
spew("$dir/store/version", "999\n");
is_refused('store of another format', 3, qr/has format "999"/, 'user',
    'list');
spew("$dir/store/version", $version);

SKIP: {
    skip 'no /dev/full', 1 unless -c '/dev/full';

    my $e = gensym;
    open my $full, '>', '/dev/full';
    my $pid = open3(my $in, '>&' . fileno($full), $e, $bin, @to, 'user',
        'list');
    waitpid $pid, 0;
    is($? >> 8, 1, 'an answer that is lost is not passed off as given');
}

is_done('and all is well', qr/alice.*bob.*carol/s, 'user', 'list');
modes_ok('in the end');


# many at once: nothing is lost

open my $null, '+<', '/dev/null' or die $!;

my @pids = map {
    open3('<&' . fileno($null), '>&' . fileno($null), undef, $bin, @to,
        'user', 'role', 'alice@example.com', '--add', "r$_")
} 1 .. 8;

for my $pid (@pids) {
    waitpid $pid, 0;
    is($?, 0, 'role added');
}

is_deeply([sort @{ json_of('user', 'show', 'alice@example.com')->{roles} }],
    [map { "r$_" } 1 .. 8], 'all roles');

done_testing();
