#!/usr/bin/perl

# Accounts from elsewhere: from a file of auth_basic and from Authelia.  Their
# owners sign in with the passwords that they have, which are hashed anew.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new;

$t->run(<<'END');
login_hash memory=1m passes=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }

    location / {
        return 200 "$login_user|$login_name|$login_email|$login_roles";
    }
}
END


sub hashed {
    my ($command, @arguments) = @_;

    my ($status, $out, $err) = $t->command({ }, $command, @arguments);

    is $status, 0, "$command" or diag $err;
    chomp $out;

    return $out;
}


sub import_from {
    my ($kind, $text, @more) = @_;

    $t->write_file('import', $text);

    return $t->cli('import', $kind, $t->dir . '/import', @more);
}


# The hash in the store can't be asked for, but how long it is tells enough:
# that the record is written again by the first sign-in.

sub signs_in {
    my ($user, $expected, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    for my $time (qw(first second)) {
        my $browser = $t->browser;

        is $browser->sign_in($user, 'wrong')->status, 403,
            "$name: wrong password, $time time";
        is $browser->sign_in($user, $password)->status, 303,
            "$name: signed in, $time time";
        is $browser->get('/')->body, $expected, "$name: as it was";
    }
}


# --- auth_basic

{
    my $file = $t->dir . '/htpasswd';
    my %kind = (apr1 => '-m', bcrypt => '-B', sha1 => '-s', des => '-d');

    $t->write_file('htpasswd', "# made by htpasswd\n\n");

    # DES ends after eight characters, and htpasswd says so

    hashed('htpasswd', '-b', $kind{$_}, $file, $_,
           $_ eq 'des' ? substr $password, 0, 8 : $password)
        for sort keys %kind;

    open my $fh, '>>', $file or die "$file: $!\n";

    print $fh "$_:" . hashed('openssl', 'passwd', "-$_", $password) . "\r\n"
        for qw(1 5 6);
    print $fh "$_:" . hashed('mkpasswd', '-m', $_, $password)
        . ":a comment\n"
        for qw(yescrypt gost-yescrypt scrypt sha512crypt);
    print $fh "plain:{PLAIN}$password\n";
    print $fh "Upper\@Example.COM:{PLAIN}$password\n";
    close $fh;

    my ($status, $out, $err) = $t->cli('import', 'htpasswd', $file,
                                       '--role', 'staff');

    is $status, 0, 'a file of auth_basic';
    is $err, '', 'without complaints';
    is $out, "13 users added, 0 left out\n", 'says how many';

    for my $user (qw(apr1 bcrypt sha1 1 5 6 yescrypt gost-yescrypt scrypt
                     sha512crypt plain))
    {
        signs_in($user, "$user|||staff", $user);
    }

    signs_in('des', 'des|||staff', 'des, all of what was typed');
    signs_in('upper@example.com', 'upper@example.com||upper@example.com|staff',
             'an address');

    ($status, $out, $err) = $t->cli('import', 'htpasswd', $file);

    is $status, 1, 'once more: all of them exist';
    is $out, "0 users added, 13 left out\n", 'and stay as they are';
    is scalar(() = $err =~ /: line \d+: user "[^"]+": exists already$/mg), 13,
        'each is named';
    signs_in('apr1', 'apr1|||staff', 'as before');
}


# --- the first sign-in makes the hash anew

{
    my ($status, $out) = import_from('htpasswd',
        "old:" . hashed('openssl', 'passwd', '-apr1', $password) . "\n");

    is $status, 0, 'imported';

    my $upgraded = sub { $t->cli_ok('events', 'old') =~ /password_upgraded/ };

    like $t->read_file('store/data.mdb'), qr/\$apr1\$/,
        'the hash is kept until then';
    is $t->browser->sign_in('old', 'wrong')->status, 403, 'a wrong one';
    ok !$upgraded->(), 'is not';
    is $t->browser->sign_in('old', $password)->status, 303, 'the right one';
    ok wait_for($upgraded), 'is hashed anew';
}


# --- what can't be taken

{
    my @lines = (
        [ 'no colon'                  => qr/no ":"/ ],
        [ ':x'                        => qr/invalid user name/ ],
        [ "a b:{PLAIN}x"              => qr/invalid user name/ ],
        [ 'a@b@c:{PLAIN}x'            => qr/invalid user name/ ],
        [ "\xff\xfe:{PLAIN}x"         => qr/invalid user name/ ],
        [ 'x1:'                       => qr/no kind/ ],
        [ 'x2:plain text'             => qr/no kind/ ],
        [ 'x3:{PLAIN}'                => qr/no kind/ ],
        [ 'x4:{PLAIN}' . 'x' x 1601   => qr/no kind/ ],
        [ 'x5:*'                      => qr/no kind/ ],
        [ 'x6:!$6$salt$hash'          => qr/no kind/ ],
        [ 'x7:$argon2id$v=19$m=4294967296,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$'
          . 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8' => qr/too long/ ],
        [ 'x8:$2y$31$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFYm'
          => qr/too long/ ],
        [ 'x9:' . 'x' x 100_000       => qr/no kind/ ],
    );

    my ($status, $out, $err) = import_from('htpasswd',
        join('', map { "$_->[0]\n" } @lines) . "good:{PLAIN}$password");

    is $status, 1, 'some are left out';
    is $out, "1 users added, " . @lines . " left out\n", 'the others are not';

    my @errors = split /\n/, $err;

    is scalar(@errors), scalar(@lines), 'a line for each';
    like $errors[$_], qr/^nginx-login: line ${\($_ + 1)}: .*$lines[$_][1]/,
        substr $lines[$_][0], 0, 20 for 0 .. $#lines;
    unlike $err, qr/plain text|argon2id|\$6\$/, 'and no hash in it';
    signs_in('good', 'good|||', 'the one behind them');

    ($status, $out) = import_from('htpasswd', "bad\nfine:{PLAIN}x\n",
                                  '--json');

    is $status, 1, 'JSON: some are left out';
    is_deeply decode_json($out), {
        added => 1, refused => 1,
        lines => [ { line => 1, username => undef,
                     error => 'no ":" behind the user name' } ],
    }, 'JSON: which and why';

    ($status, $out, $err) = $t->cli('import', 'htpasswd', '/nowhere');
    is $status, 1, 'no such file';
    like $err, qr{^nginx-login: file "/nowhere": No such file}, 'said so';

    ($status, $out, $err) = $t->cli('import', 'htpasswd', '/tmp');
    is $status, 1, 'a directory';

    ($status) = $t->cli('import', 'htpasswd');
    is $status, 2, 'no file';

    ($status, $out) = import_from('htpasswd', '');
    is $status, 0, 'an empty file';
    is $out, "0 users added, 0 left out\n", 'has nobody in it';
}


# --- Authelia

{
    my ($bcrypt) = hashed('htpasswd', '-nbB', 'x', $password) =~ /^x:(\S+)/;
    my $sha512 = hashed('openssl', 'passwd', '-6', $password);

    my ($status, $out, $err) = import_from('authelia', <<"END");
---
# as in Authelia's documentation
users:
  authelia:
    disabled: false
    displayname: 'Authelia User'
    password: '$bcrypt'
    email: 'Authelia\@Authelia.com'
    groups:
      - 'admins'
      - 'dev'
    given_name: ''
    address:
      street_address: ''
  jan: { password: "$sha512", displayname: "J\\u00fcrgen" }
  gone:
    disabled: true
    password: '$bcrypt'
  odd:
    groups: [ "with space" ]
    password: '$bcrypt'
  lines: { displayname: "a\\r\\nX-Evil: b", password: "$sha512" }
  address: { email: "a\@b\\r\\nBcc: c\@d", password: "$sha512" }
  nothing: {}
  list: [ 1 ]
END

    is $status, 1, 'a file of Authelia';
    is $out, "3 users added, 5 left out\n", 'with some who can\'t be taken';

    my $n = 0;

    like $err, $_, 'for a reason: ' . ++$n
        for qr/line 19: a group has a name/, qr/line 22: .*control/,
            qr/line 23: invalid address/, qr/line 24: .*no kind/,
            qr/line 25: a user must be a mapping/;

    signs_in('authelia',
             'authelia|Authelia User|authelia@authelia.com|admins,dev',
             'with groups');
    signs_in('jan', "jan|J\xc3\xbcrgen||", 'in short');
    is $t->browser->sign_in('gone', $password)->status, 403, 'not disabled';

    my @broken = (
        'users: [', "\0\0", 'x: y', 'users: 1', '', '- a', "users:\n\t- x",
        '&a [*a, *a]', "users: &a\n  x: *a",
    );

    for my $text (@broken) {
        ($status, $out, $err) = import_from('authelia', $text);
        is $status, 1, "refused: $text" =~ s/[^ -~]/?/gr;
        like $err, qr/^nginx-login: /, 'for a reason';
    }

    # what would take all memory if it were unfolded

    my $bomb = "a0: &a0 [ x, x, x, x, x, x, x, x, x ]\n";

    $bomb .= "a$_: &a$_ [ " . join(', ', ('*a' . ($_ - 1)) x 9) . " ]\n"
        for 1 .. 60;

    ($status, $out, $err) = import_from('authelia',
        $bomb . "users:\n  x: { groups: *a60, password: '$bcrypt' }\n");
    is $status, 1, 'a bomb of aliases';

    ($status) = import_from('authelia', '[' x 100_000);
    is $status, 1, 'a deep one';
}


done_testing;
