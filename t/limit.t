#!/usr/bin/perl

# Limits on failed sign-ins, on a clock that only the test moves.  Cases C01,
# C05 and C06; what happens at once and to processes is in limit-race.t.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $bob = 'bob@example.com';

my $server = <<'END';
login_hash memory=1m passes=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

my $realip = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;\n"
    . $server;

# ahead of the command line's, which is the system's own
my $now = time;

my $t = Login::Test->new(
    accounts => {
        map { ("$_\@example.com" => $password) } qw(ann bob dan sue tom una)
    },
    clock    => $now,
    limit    => '',
);

$t->add_user('Zoë', $password);
$t->cli_ok('user', 'add', 'eve@example.com');
$t->cli_ok('user', 'disable', 'dan@example.com');


# Starts anew, when all locks are over.

sub restart {
    my ($conf, %opt) = @_;

    $t->stop if $t->pid;
    $t->set_clock($now += 1000);
    $t->run($conf // $server, %opt);
}


sub later { $t->set_clock($t->{clock} + shift) }


# One try, from a browser that nobody knows unless there is one given.

my $answer;

sub try {
    my ($user, $word, %opt) = @_;

    my $browser = delete $opt{browser} // $t->browser;
    my $from = delete $opt{from};

    $opt{headers} = { 'X-Forwarded-For' => $from } if defined $from;

    $answer = $browser->sign_in($user, $word, undef, %opt);

    return $answer->status;
}


# The statuses of so many wrong ones, as in "403 403 429".

sub wrong {
    my ($n, $user, %opt) = @_;

    return join ' ', map { try($user, "wrong $_", %opt) } 1 .. $n;
}


sub row { join ' ', ($_[0]) x $_[1] }


# --- one account

restart();

is wrong(6, $ann), row(403, 6), 'six may fail';
is try($ann, $password), 429, 'then the right one is not even looked at';
is $answer->header('Retry-After'), 300, 'says when to come again';
is $answer->page, 'signin', 'the sign-in page';
like $answer->alert, qr/Too many sign-ins have failed/, 'says why';
like $answer->alert, qr/Code L23/, 'with a code';
is $answer->form('username')->{fields}{username}, $ann, 'the name stays';
is $answer->form('username')->{fields}{password} // '', '',
    'the password does not';
ok length $answer->csrf, 'the form can be sent again';
is $answer->header('Cache-Control'), 'no-store', 'kept by nobody';
like $answer->header('Content-Security-Policy'), qr/default-src 'none'/,
    'with the headers of every page';
ok !defined $answer->cookie('login'), 'no session';
is $t->cli_ok('session', 'list', $ann, '--json'), "[]\n",
    'it was not even made';
like $t->error_log, qr/user "\Q$ann\E": sign-in refused, locked after/,
    'the log says when it was locked';
like $t->error_log, qr/user "\Q$ann\E": sign-in not tried, it is locked/,
    'and what was not tried';
like $t->cli_ok('explain', 'L23'), qr/user unlock/, 'explained';

is try($bob, $password), 303, 'others get in';

# those that are not tried don't make it last longer

later(299);
is try($ann, $password), 429, 'one second before';
is $answer->header('Retry-After'), 1, 'one second to go';
later(1);
is try($ann, $password), 303, 'after five minutes';
is wrong(6, $ann), row(403, 6), 'all six again';
is try($ann, $password), 429, 'and no more';

# in a row

is wrong(5, 'sue@example.com'), row(403, 5), 'five fail';
is try('sue@example.com', $password), 303, 'the sixth is right';
is wrong(5, 'sue@example.com'), row(403, 5), 'five more fail';
is try('sue@example.com', $password), 303, 'and it is right again';

# forgotten after as long as a lock would last

is wrong(5, 'tom@example.com'), row(403, 5), 'five fail';
later(299);
is wrong(2, 'tom@example.com'), '403 429', 'the sixth one, a little later';
is wrong(5, 'una@example.com'), row(403, 5), 'five fail';
later(300);
is wrong(7, 'una@example.com'), row(403, 6) . ' 429', 'they are forgotten';


# --- C01: who is there or not, all the same

restart();

{
    my %pages;

    for my $user ($ann, 'nobody@example.com', 'dan@example.com',
                  'eve@example.com', 'bad@@name', "a\xe2\x80\xa8b")
    {
        my @seen;

        for my $i (1 .. 8) {
            my $status = try($user, "wrong $i");
            my $body = $answer->body;
            my $echo = $answer->form('username')->{fields}{username};
            my $csrf = $answer->csrf;

            $body =~ s/value="\Q$csrf\E"/value=""/g;
            $body =~ s/(name="username"[^>]*?value=")[^"]*/$1/;

            my @headers = grep { !/^(?:Date|Set-Cookie|Content-Length)$/i }
                map { $_->[0] } $answer->headers;

            push @seen, [ $status, $body, "@headers",
                          $answer->header('Retry-After') // '' ];
        }

        $pages{$user} = encode_json(\@seen);
    }

    is scalar(keys %{{ reverse %pages }}), 1,
        'known, unknown, disabled, without a password, impossible: all alike';
    is join(' ', map { $_->[0] } @{ decode_json($pages{$ann}) }),
        row(403, 6) . ' 429 429', 'until they are locked, and then';
}


# --- C05: every spelling of a name is one name

restart();

{
    my @twins = ($ann, 'ANN@EXAMPLE.COM', " $ann", "$ann\t", 'Ann@Example.Com',
                 "\xc2\xa0$ann\xe3\x80\x80");

    is join(' ', map { try($_, 'wrong') } @twins), row(403, 6),
        'six spellings of an address';
    is try($_, $password), 429, 'are locked together' for @twins;
    is try("ann+tag\@example.com", 'wrong'), 403, 'another address is not';

    @twins = ("Zo\xc3\xab", "zo\xc3\xab", "ZO\xc3\x8b", "zoe\xcc\x88",
              "\xef\xbc\xba\xef\xbd\x8f\xc3\xab", " Zo\xc3\xab ");

    is join(' ', map { try($_, 'wrong') } @twins), row(403, 6),
        'six spellings of a name';
    is try($_, $password), 429, 'are locked together' for @twins;
}

# an organisation that is not there has no account to guess at

{
    for my $org ('', 'default') {
        my $browser = $t->browser;
        my $form = $browser->get('/login/');
        my $r = $browser->submit($form, { username => $ann,
            password => $password, org => $org });

        is $r->status, 429, "org \"$org\" is the same account";
    }
}


# --- what does not count

restart();

{
    my $browser = $t->browser;

    for my $i (1 .. 10) {
        my $page = $browser->get('/login/');

        is $browser->submit($page, { username => $ann, password => "w $i",
                                     csrf => 'forged' })->status, 403,
            'forged';
        is $browser->post('/login/', 'username=%zz')->status, 400,
            'malformed' if $i == 1;
        is $browser->submit($page, { username => $ann, password => '' })
            ->status, 422, 'empty' if $i == 1;
    }

    is wrong(7, $ann), row(403, 6) . ' 429', 'forged forms do not count';

    # one that is too long for any account is a failure like others

    is join(' ', map { try($bob, 'x' x 2000) } 1 .. 7), row(403, 6) . ' 429',
        'passwords that nobody can have count';
}


# --- C06: browsers that the owner used

restart();

{
    my $known = $t->browser;
    my $other = $t->browser;
    my $shared = $t->browser;

    is try($ann, $password, browser => $known), 303, 'the owner signs in';
    is try($ann, $password, browser => $shared, shared => 1), 303,
        'and on a shared computer';
    is $known->sign_out->status, 303, 'and out';

    # strangers, and more than the network may fail

    my %status;

    $status{ try($ann, "wrong $_") }++ for 1 .. 200;
    $status{ try("user$_\@example.com", 'wrong') }++ for 1 .. 70;

    is $status{403}, 60, 'strangers: six at her account, all sixty of their '
        . 'network';
    is $status{429}, 210, 'the rest was not tried';

    is try($ann, $password, browser => $t->browser), 429, 'no new browser';
    $shared->restart;
    is try($ann, $password, browser => $shared), 429, 'no shared computer';
    is try($ann, $password, browser => $known), 303,
        'but hers, from the same network';
    $known->sign_out;

    is wrong(6, $ann, browser => $known), row(403, 6),
        'six may fail with it as well';
    is try($ann, $password, browser => $known), 429, 'and no more';
    later(300);
    is try($ann, $password, browser => $known), 303, 'until it is over';
    $known->sign_out;

    # its counter is its own: a success does not help strangers

    is wrong(5, $ann, browser => $other), row(403, 5), 'five by strangers';
    is try($ann, $password, browser => $known), 303, 'she is in again';
    $known->sign_out;
    is wrong(2, $ann, browser => $other), '403 429', 'they have one left';

    # known for one account is not known for others

    is wrong(7, $bob, browser => $known), row(403, 6) . ' 429',
        "nobody else's account";

    # a new password is a new beginning

    $t->cli_ok({ stdin => "another $password\n" }, 'user', 'password', $ann,
               '--stdin');
    is try($ann, "another $password", browser => $known), 429,
        'not known any more after a new password';
    later(300);
    is try($ann, "another $password", browser => $known), 303,
        'she signs in';
    $known->sign_out;
    wrong(6, $ann);
    is try($ann, "another $password", browser => $known), 303,
        'and is known again';
    $known->sign_out;

    # removed, and another one of the same name

    later(300);
    $t->cli_ok('user', 'remove', $ann);
    $t->add_user($ann, $password);
    wrong(6, $ann);
    is try($ann, $password, browser => $known), 429,
        'not known to another account of the same name';
}

# the oldest of too many is forgotten

restart();

{
    my @browsers = map { $t->browser } 1 .. 21;

    for my $browser (@browsers) {
        is try($bob, $password, browser => $browser), 303, 'signed in';
        $browser->sign_out;
        later(1);
    }

    wrong(6, $bob);
    is try($bob, $password, browser => $browsers[0]), 429,
        'the first of 21 browsers is forgotten';
    is try($bob, $password, browser => $browsers[$_]), 303,
        "number $_ is not" for 1, 20;
}


# --- networks

restart($realip);

is join(' ', map { try("u$_\@example.com", 'wrong', from => '192.0.2.1') }
             1 .. 61), row(403, 60) . ' 429', 'sixty of one address';
is $answer->header('Retry-After'), 1, 'one each second';
is try($bob, $password, from => '192.0.2.1'), 429, 'the right one as well';
like $t->error_log,
    qr/user "\Q$bob\E": sign-in not tried, too many failures of this network/,
    'the log says which limit it was';
is try($bob, $password, from => '192.0.2.2'), 303, 'another address';
later(1);
is try($bob, $password, from => '192.0.2.1'), 303, 'a second later';
is join(' ', map { try($bob, $password, from => '192.0.2.1') } 1 .. 70),
    row(303, 70), 'right ones cost nothing';
is wrong(2, 'x@example.com', from => '192.0.2.1'), '403 429',
    'one failure was there';

is join(' ', map { try("u$_\@example.com", 'wrong',
                       from => sprintf '2001:db8:1:2:%x::%x', $_, $_) }
             1 .. 61), row(403, 60) . ' 429',
    'sixty of 61 addresses in one /64';
is try('y@example.com', 'wrong', from => '2001:db8:1:3::1'), 403,
    'another /64';
is try('y@example.com', 'wrong', from => '::ffff:192.0.2.1'), 429,
    'an IPv4 address in another form is the same';

# nobody says where they come from

restart();

is join(' ', map { try("u$_\@example.com", 'wrong', from => "192.0.2.$_",
                       ) } 1 .. 61), row(403, 60) . ' 429',
    'X-Forwarded-For alone is not believed';


# --- unlocked

restart($realip);

{
    is wrong(7, $bob, from => '192.0.2.7'), row(403, 6) . ' 429', 'locked';

    wait_for(sub {
        $t->cli_ok('user', 'list', '--locked') =~ /\Q$bob\E/;
    }) or die "not in the store\n";

    unlike $t->cli_ok('user', 'list', '--locked'), qr/sue/, 'others are not';
    like $t->cli_ok('user', 'show', $bob), qr/^locked\s+until \d{4}-/m,
        'user show says so';
    is decode_json($t->cli_ok('--json', 'user', 'show', $bob))
        ->{locked_until}, $now + 300, 'until when';

    is $t->cli_ok('user', 'unlock', uc $bob), "user \"$bob\" unlocked\n",
        'unlocked';
    is $t->cli_ok('user', 'list', '--locked') =~ /\Q$bob\E/, '',
        'not in the list any more';
    like $t->cli_ok('user', 'show', $bob), qr/^locked\s+-$/m, 'user show';
    is decode_json($t->cli_ok('--json', 'user', 'show', $bob))
        ->{locked_until}, undef, 'also in JSON';
    is wrong(7, $bob, from => '192.0.2.7'), row(403, 6) . ' 429',
        'all six again, and once only';

    # some failures, but no lock yet

    is wrong(5, 'sue@example.com', from => '192.0.2.8'), row(403, 5), 'five';
    $t->cli_ok('user', 'unlock', 'sue@example.com');
    is wrong(7, 'sue@example.com', from => '192.0.2.8'),
        row(403, 6) . ' 429', 'unlocked before it was locked';

    # a browser of its owner's, unlocked with the account

    my $known = $t->browser;

    $t->cli_ok('user', 'unlock', $bob);
    is try($bob, $password, browser => $known), 303, 'the owner signs in';
    $known->sign_out;
    is wrong(7, $bob, browser => $known), row(403, 6) . ' 429',
        'and locks the own browser';
    $t->cli_ok('user', 'unlock', $bob);
    is try($bob, $password, browser => $known), 303, 'unlocked';

    # an address

    try("u$_\@example.com", 'wrong', from => '192.0.2.9') for 1 .. 60;
    is try($bob, $password, from => '192.0.2.9'), 429, 'an address';
    is $t->cli_ok('user', 'unlock', '192.0.2.9'),
        "address \"192.0.2.9\" unlocked\n", 'unlocked';
    is try($bob, $password, from => '192.0.2.9'), 303, 'gets in again';

    try("u$_\@example.com", 'wrong', from => "2001:db8::$_") for 1 .. 60;
    is try($bob, $password, from => '2001:db8::1'), 429, 'a network';
    $t->cli_ok('user', 'unlock', '2001:db8::ffff');
    is try($bob, $password, from => '2001:db8::1'), 303, 'unlocked';

    my ($status, undef, $error) = $t->cli('user', 'unlock', 'no@example.com');

    is $status, 1, 'nobody of that name';
    like $error, qr/user "no\@example.com" not found/, 'says so';
}


# --- the store alone knows

restart();

{
    my $known = $t->browser;

    is try('tom@example.com', $password, browser => $known), 303, 'signed in';
    $known->sign_out;

    is wrong(7, 'tom@example.com'), row(403, 6) . ' 429', 'locked';
    is wrong(7, 'tom@example.com', browser => $known), row(403, 6) . ' 429',
        'also the own browser';
    is wrong(7, 'none@example.com'), row(403, 6) . ' 429', 'nobody, too';

    wait_for(sub {
        $t->cli_ok('user', 'list', '--locked') =~ /tom/;
    });

    $t->stop;
    $t->set_clock($now + 100);
    $t->start;

    is try('tom@example.com', $password), 429, 'still locked after a restart';
    is $answer->header('Retry-After'), 200, 'as long as before';
    is try('tom@example.com', $password, browser => $known), 429,
        'so is the browser';
    later(200);
    is try('tom@example.com', $password), 303, 'not for longer';

    # by a success that is on its way a lock goes away, also there

    wrong(5, 'una@example.com');
    is try('una@example.com', $password), 303, 'the last one is right';
    $t->stop;
    $t->start;
    is try('una@example.com', $password), 303, 'also after a restart';

    # memory of another size is new

    wrong(6, 'sue@example.com');
    wait_for(sub {
        $t->cli_ok('user', 'list', '--locked') =~ /sue/;
    });
    ok $t->reload($server, limit => 'login_limit zone=64k;'), 'another size';
    is try('sue@example.com', $password), 429, 'still locked';

    # unlocked while nobody looked

    $t->cli_ok('user', 'unlock', 'sue@example.com');
    $t->stop;
    $t->start;
    is try('sue@example.com', $password), 303, 'unlocked';
}


# --- configured

restart($server, limit => 'login_limit attempts=2 lockout=10s rate=5/m;');

is wrong(3, $ann), '403 403 429', 'two attempts';
is $answer->header('Retry-After'), 10, 'ten seconds';
is join(' ', map { try("u$_\@example.com", 'wrong') } 1 .. 4),
    '403 403 403 429', 'five of a network';
is $answer->header('Retry-After'), 12, 'five a minute';

{
    # a browser that is known is a network of its own

    my $known = $t->browser;

    later(100);
    is try($bob, $password, browser => $known), 303, 'a browser is known';
    $known->sign_out;

    ok $t->reload($server, limit => 'login_limit attempts=100 rate=5/m;'),
        'many attempts';
    wrong(5, 'x@example.com');
    is wrong(6, $bob, browser => $known), row(403, 5) . ' 429',
        'limited by itself';
    $t->cli_ok('user', 'unlock', $bob);
    is wrong(6, $bob, browser => $known), row(403, 5) . ' 429',
        'unlocked as well';
    later(60);
    is wrong(3, $bob, browser => $known), row(403, 3), 'it fails';
    is wrong(3, 'x@example.com'), '403 403 429', 'and its network with it';
    is try($bob, $password, browser => $known), 303, 'and gets in';
}

restart($server, limit => 'login_limit attempts=2 lockout=10s;');
is wrong(3, $ann), '403 403 429', 'locked';

ok $t->reload($server, limit => 'login_limit attempts=3 lockout=5s;'),
    'configured anew';
is try($ann, $password), 429, 'the counters are kept';
is $answer->header('Retry-After'), 5, 'but nobody waits for longer than now';

done_testing;
