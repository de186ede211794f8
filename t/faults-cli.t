#!/usr/bin/perl

# Each command of nginx-login while one call fails: memory, files, the disk,
# one after the other.  It says so in one line, never claims what it did not
# do, and leaves a store that is whole.  scripts/campaign-faults tries every
# call, this some of them.

use strict;
use warnings;

use Login::Fault;
use Login::Test;


my $password = 'correct horse battery staple';
my $other = 'another horse battery staple';
my ($ann, $bob, $new, $guest) = map { "$_\@example.com" }
    qw(ann bob new guest);

my $fault = Login::Fault->new;
my $t = Login::Test->new(
    accounts => { $ann => $password, $bob => $password },
    http     => 'login_hash memory=1m passes=1;',
);

$t->run(<<'END');
login_mail smtp://127.0.0.1:9 from=login@example.com starttls=off;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

is $t->browser->sign_in($ann, $password)->status, 303, 'somebody is signed in';

# nginx has to tell what it guards, and that it sends mails

wait_for(sub { ($t->cli('gates'))[0] == 0 });
$t->stop;
$t->cli_ok('invite', $guest);

my ($queued) = $t->cli_ok('mail', 'list') =~ / ([0-9a-f]{32}) /
    or die "no mail\n";

my $dir = $t->dir;
my $program = Login::Test::build_dir() . '/nginx-login';

$t->cli_ok('key', 'rotate');
$t->cli_ok('backup', "$dir/saved");

my ($old) = $t->cli_ok('key', 'list') =~ /^(\w+) +verif/m;

$t->write_file('htpasswd', join '', map {
    "person$_\@example.com:\$2y\$05\$" . '.' x 53 . "\n"
} 1 .. 5);
$t->write_file('authelia', <<"END");
users:
  $new:
    displayname: New
    password: '\$2y\$05\$@{[ '.' x 53 ]}'
END
$t->write_file('invite.csv', "username,name\n"
               . join '', map { "many$_\@example.com,Many $_\n" } 1 .. 3);


$t->write_file('uris', 'otpauth://totp/App:' . ($ann =~ s/@/%40/r)
               . "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n");


# --- a store for each try

sub again {
    system('rm', '-rf', "$dir/work");
    system('sh', '-c', "mkdir $dir/work && cp -a $dir/store $dir/login.key"
           . " $dir/work && chmod 755 $dir/work") == 0 or die "no copy\n";
}


sub cli {
    my ($opt, @arguments) = @_;

    return $t->command($opt, $program, '--store', "$dir/work/store",
                       '--key', "$dir/work/login.key", @arguments);
}


sub says {
    my ($pattern, @arguments) = @_;

    my ($status, $out) = cli({}, @arguments);

    return $status == 0 && $out =~ $pattern ? 1 : 0;
}


sub no_sessions { says(qr/\A\[\]/, '--json', 'session', 'list', @_) }


sub with_device {
    (cli({}, 'mfa', 'import', "$dir/uris"))[0] == 0 or die "no device\n";
}


# What is asked, on what it reads, and how one sees that it was done.

my @commands = (
    [ 'init', '', sub { says(qr/made/, 'init') == 0 && says(qr/./, 'stat') },
      before => sub { system('rm', '-rf', "$dir/work/store",
                             "$dir/work/login.key") },
      partly => 1 ],
    [ 'user add', '', sub { says(qr/boss/, 'user', 'show', $new) },
      args => [ 'user', 'add', $new, '--role', 'boss' ] ],
    [ 'user add with a password', "$other\n",
      sub { says(qr/./, 'user', 'show', $new) },
      args => [ 'user', 'add', $new, '--password-stdin' ] ],
    [ 'user set', '', sub { says(qr/Annette/, 'user', 'show', $ann) },
      args => [ 'user', 'set', $ann, '--name', 'Annette' ] ],
    [ 'user role', '', sub { says(qr/boss/, 'user', 'show', $ann) },
      args => [ 'user', 'role', $ann, '--add', 'boss' ] ],
    [ 'user password', "$other\n",
      sub { no_sessions($ann) },
      args => [ 'user', 'password', $ann, '--stdin' ] ],
    [ 'user disable', '', sub { says(qr/disabled/, 'user', 'show', $ann) },
      args => [ 'user', 'disable', $ann ] ],
    [ 'user unlock', '', undef, args => [ 'user', 'unlock', $ann ] ],
    [ 'user remove', '', sub { !says(qr/./, 'user', 'show', $ann) },
      args => [ 'user', 'remove', $ann ] ],
    [ 'user rename', '', sub { says(qr/./, 'user', 'show', $new) },
      args => [ 'user', 'rename', $ann, $new ] ],
    [ 'user password --link', '', undef, out => qr{/reset/[\w-]{43}$},
      args => [ 'user', 'password', $ann, '--link' ] ],
    [ 'user unlock, an address', '', undef,
      args => [ 'user', 'unlock', '192.0.2.1' ] ],
    [ 'user list', '', undef, out => qr/\Q$ann\E.*\Q$bob\E/s ],
    [ 'user show', '', undef, args => [ 'user', 'show', $ann ],
      out => qr/\Q$ann/ ],
    [ 'mfa import', '', sub { says(qr/App/, 'mfa', 'list', $ann) },
      args => [ 'mfa', 'import', "$dir/uris" ], partly => 1 ],
    [ 'mfa list', '', undef, args => [ 'mfa', 'list', $ann ], out => qr/App/,
      before => \&with_device ],
    [ 'mfa export', '', sub { says(qr/mfa_exported/, 'events', $ann) },
      args => [ 'mfa', 'export', $ann ], out => qr/secret=GEZ/,
      before => \&with_device ],
    [ 'mfa reset', '',
      sub { no_sessions($ann) && says(qr/no second/, 'mfa', 'list', $ann) },
      args => [ 'mfa', 'reset', $ann ], before => \&with_device ],
    [ 'session list', '', undef, out => qr/\Q$ann/ ],
    [ 'session revoke', '', sub { no_sessions($ann) },
      args => [ 'session', 'revoke', $ann ] ],
    [ 'session list of one', '', undef, out => qr/\Q$ann/,
      args => [ '--json', 'session', 'list', $ann ] ],
    [ 'invite', '', sub { says(qr/invited/, 'user', 'show', $new) },
      args => [ 'invite', $new, '--role', 'boss' ],
      out => qr{/invite/[\w-]{43}$}, partly => 1 ],
    [ 'invite, many', '', sub { says(qr/many3/, 'user', 'list') },
      args => [ 'invite', '--file', "$dir/invite.csv" ], partly => 1 ],
    [ 'invite, for many', '', undef, out => qr{/invite/[\w-]{43}$},
      args => [ 'invite', '--link', '--domain', 'example.com' ] ],
    [ 'invite list', '', undef, out => qr/\Q$guest/ ],
    [ 'invite revoke', '', sub { !says(qr/\Q$guest/, 'invite', 'list') },
      args => [ 'invite', 'revoke', $guest ] ],
    [ 'mail list', '', undef, out => qr/\Q$queued/ ],
    [ 'mail retry', '', undef, args => [ 'mail', 'retry', $queued ] ],
    [ 'events', '', undef, out => qr/signin/ ],
    [ 'gates', '', undef, out => qr/localhost/ ],
    (map { [ "$_ in JSON", '', undef, args => [ '--json', split / / ],
             kinds => [ qw(own store) ],
             problems => $_ eq q(check) ] }
         'user list', "user show $ann", 'session list', 'invite list',
         'mail list', 'events', 'gates', 'key list', 'stat', 'check'),
    [ 'import htpasswd', '', sub { says(qr/person5/, 'user', 'list') },
      args => [ 'import', 'htpasswd', "$dir/htpasswd" ], partly => 1 ],
    [ 'import authelia', '', sub { says(qr/\Q$new/, 'user', 'list') },
      args => [ 'import', 'authelia', "$dir/authelia" ], partly => 1 ],
    [ 'key list', '', undef, out => qr/\Q$old/ ],
    [ 'key rotate', '',
      sub { (cli({}, 'key', 'list'))[1] =~ /(?:\n\w.*){3}/ } ],
    [ 'key reseal', '', sub { says(qr/^\Q$old\E.* 0\b/m, 'key', 'list') },
      partly => 1 ],
    [ 'key retire', '', sub { !says(qr/\Q$old/, 'key', 'list') },
      args => [ 'key', 'retire', $old ],
      before => sub { (cli({}, 'key', 'reseal'))[0] == 0 or die } ],
    [ 'backup', '', sub { -e "$dir/work/backup" },
      args => [ 'backup', "$dir/work/backup" ] ],
    [ 'restore', '', sub { !says(qr/boss/, 'user', 'show', $ann) },
      args => [ 'restore', "$dir/saved" ], partly => 1,
      before => sub { (cli({}, qw(user role), $ann, qw(--add boss)))[0] == 0
                          or die } ],
    [ 'check', '', undef, problems => 1 ],
    [ 'stat', '', undef, out => qr/./ ],
    [ 'upgrade', '', undef ],
);


# One try; returns what is wrong with it, and whether anything failed.

sub try {
    my ($name, $stdin, $done, %opt) = @_;

    my @arguments = $opt{args} ? @{ $opt{args} } : split / /, $name;

    again() unless $opt{reads};
    $opt{before}->() if $opt{before};

    $fault->arm($opt{kind}, $opt{n});

    my ($status, $out, $err) = cli({ stdin => $stdin,
                                     env   => { $fault->program_env } },
                                   @arguments);

    return if !$fault->disarm;

    my @wrong;

    if ($status == 0) {
        push @wrong, "said \"$err\" and was content" if $err ne ''
            && $err !~ /\Anginx-login: /;
        push @wrong, 'claimed what was not done' if $done && !$done->();
        push @wrong, "left out something: $out" if $opt{out}
            && $out !~ $opt{out};

    } elsif ($status != 1 && $status != 3) {
        push @wrong, "exit status $status: $err";

    } else {
        push @wrong, "no one line of message: \"$err\" \"$out\""
            unless $err =~ /\Anginx-login: [^\n]+\n\z/
            || $opt{problems} && "$out$err" =~ /./;
        push @wrong, "did it and exit status $status: $err"
            if $done && $done->() && !$opt{partly};
    }

    return \@wrong if $opt{reads};

    # whatever is left can be used: at once, or by the same command again

    my ($checked, $found, $said) = cli({}, 'check');

    if ($checked && $opt{partly}) {
        ($checked, undef, $said) = cli({ stdin => $stdin }, @arguments);
        ($checked, $found, $said) = cli({}, 'check') if $checked == 0;
    }

    push @wrong, "a damaged store: $checked $found$said" if $checked;

    return \@wrong;
}


# every second one, the others are for faults-cli-more.t

our $others;

for my $command (@commands[ grep { $_ % 2 == ($others ? 1 : 0) }
                            0 .. $#commands ])
{
    my ($name, $stdin, $done, %opt) = @$command;

    # those that only read need no store of their own for each try

    $opt{reads} = $name =~ /\b(?:list|show|events|gates|stat)\b/;
    again();

    for my $kind (Login::Fault::kinds()) {
        next if $kind eq 'thread' || $kind eq 'socket'
            || $opt{kinds} && !grep { $_ eq $kind } @{ $opt{kinds} };

        my ($next, $tried) = (Login::Fault::numbers($kind), 0);
        my @wrong;

        while (my $n = $next->()) {
            my $wrong = try($name, $stdin, $done, %opt, kind => $kind,
                            n => $n) // last;

            $tried++;
            push @wrong, map { "$kind $n: $_" } @$wrong;
        }

        is join("\n", @wrong), '', "$name, $kind: $tried tried";
    }
}

done_testing;
