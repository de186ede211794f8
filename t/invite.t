#!/usr/bin/perl

# "nginx-login invite": links and the accounts that they are for, many from
# a file, lists, and what ends an invitation.

use strict;
use warnings;

use JSON::PP;
use MIME::Base64 qw(decode_base64);
use Login::Test;


my $t = Login::Test->new;
my $password = 'correct horse battery staple';
my $portal = 'https://example.com/login/';
my @to = ('--portal', $portal);


sub json {
    my (@arguments) = @_;
    my ($status, $out, $err) = $t->cli('--json', @arguments);
    return $status == 0 ? decode_json($out) : $err;
}


sub refused {
    my ($status, $message, $name, @arguments) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my ($got, $out, $err) = $t->cli(@arguments);

    is $got, $status, "$name: exit status";
    is $out, '', "$name: no link";
    like $err, qr/\Anginx-login: [^\n]*$message[^\n]*\n\z/, "$name: why";
}


# --- one

refused(1, qr/has not written its portal .*"--portal URL"/, 'no portal yet',
        'invite', 'ann@example.com');
refused(2, qr{invalid portal "\Q$_\E"}, "portal $_", 'invite', 'ann',
        '--portal', $_)
    for 'example.com', 'https://example.com/login', 'ftp://example.com/',
        'https://example.com/login/?x=/';

my $link = $t->cli_ok('invite', ' Ann@EXAMPLE.com', '--name', 'Ann B',
                      '--role', 'staff', '--role', 'admin', '--language',
                      'de', @to);

like $link, qr{\A\Q$portal\Einvite/[A-Za-z0-9_-]{43}\n\z},
    'the link, and nothing else';

my $ann = json('user', 'show', 'ann@example.com');

is $ann->{invited}, JSON::PP::true, 'is invited';
is $ann->{password}, JSON::PP::false, 'and has no password';
is $ann->{name}, 'Ann B', 'name';
is $ann->{email}, 'ann@example.com', 'address';
is $ann->{language}, 'de', 'language';
is_deeply $ann->{roles}, [ 'staff', 'admin' ], 'roles';
like $t->cli_ok('user', 'list'), qr/^ann\@example\.com +Ann B +invited +never/m,
    'in the list';
like $t->cli_ok('user', 'show', 'ann@example.com'), qr/^state +invited$/m,
    'as text';

my $again = $t->cli_ok('invite', 'ann@example.com', @to);

isnt $again, $link, 'again: another link';
is_deeply json('user', 'show', 'ann@example.com'), $ann, 'of the same account';

is json('user', 'show', 'ann@example.com')->{id}, $ann->{id}, 'the same id';
$t->cli_ok('invite', 'ann@example.com', '--role', 'guest', @to);
is_deeply json('user', 'show', 'ann@example.com')->{roles}, [ 'guest' ],
    'what is given is changed';

my $now = time;
my $made = json('invite', 'bob', '--expires', '1h', @to);

is $made->{username}, 'bob', 'JSON: username';
is $made->{mailed}, JSON::PP::false, 'JSON: not mailed';
ok $made->{expires} >= $now + 3600 && $made->{expires} <= time() + 3600,
    'JSON: expires';
like $made->{url}, qr{\A\Q$portal\Einvite/[A-Za-z0-9_-]{43}\z}, 'JSON: url';

refused(2, 'invalid time "x"', 'time', 'invite', 'bob', '--expires', 'x', @to);
refused(2, 'nobody could use', 'no time', 'invite', 'bob', '--expires', '0',
        @to);
refused(1, 'invalid user name', 'name', 'invite', 'a@b@c', @to);
refused(1, 'invalid role', 'role', 'invite', 'bob', '--role', 'a b', @to);
refused(2, 'one of a user name', 'two ways', 'invite', 'bob', '--file', '-');
refused(2, 'one of a user name', 'no way', 'invite');
refused(2, 'go together', 'domain alone', 'invite', 'bob', '--domain', 'x');
refused(1, 'needs "login_mail"', 'a link for many without mail', 'invite',
        '--link', '--domain', 'example.com', @to);

$t->add_user('eve', $password);
refused(1, 'user "eve" has registered already', 'registered', 'invite', 'eve',
        @to);
is json('user', 'show', 'eve')->{invited}, JSON::PP::false, 'eve stays so';

$t->cli_ok('user', 'disable', 'bob');
refused(1, 'user "bob" is disabled', 'disabled', 'invite', 'bob', @to);
$t->cli_ok('user', 'enable', 'bob');


# --- the token is nowhere

for my $url ($again, $made->{url}) {
    my ($token) = $url =~ /([A-Za-z0-9_-]{43})\s*\z/;
    my $raw = decode_base64($token =~ tr{-_}{+/}r . '=');

    is length $raw, 32, 'a token of 32 bytes';
    unlike $t->read_file('store/data.mdb'), qr/\Q$token/, 'is not there';
    unlike $t->read_file('store/data.mdb'), qr/\Q$raw/, 'nor its bytes';
}


# --- many

my $csv = <<"END";
username,name,Roles,language\r
carol,"Carol ""C"", D",ops admin,de\r
"dave\@example.com",,,\r
eve,Eve,,
x\@\@,,,
frank,too few
gina,,bad role!,
"heidi",a"b,,
ivan,Iv\xc3\xa1n,,pt-BR
END

my ($status, $out, $err) = $t->cli({ stdin => $csv }, 'invite', '--file', '-',
                                   '--role', 'staff', @to);

is $status, 1, 'some are refused';
is_deeply [ map { (split)[0] } split /\n/, $out ],
    [ 'carol', 'dave@example.com', 'ivan' ], 'a link for each other one';
like $_, qr{^\S+ \Q$portal\Einvite/[\w-]{43}$}, $_ for split /\n/, $out;

for my $reason ('line 4: user "eve" has registered already',
                'line 5: invalid user name "x@@"',
                'line 6: has not as many fields', 'invalid role "role!"',
                'line 7: user "gina" was not invited',
                'line 8: a quote is in the wrong place')
{
    like $err, qr/^nginx-login: \Q$reason/m, $reason;
}

my $carol = json('user', 'show', 'carol');
is $carol->{name}, 'Carol "C", D', 'quotes and commas';
is_deeply $carol->{roles}, [ 'staff', 'ops', 'admin' ], 'roles add up';
is $carol->{language}, 'de', 'language';
is_deeply json('user', 'show', 'dave@example.com')->{roles}, [ 'staff' ],
    'those of the options';
is json('user', 'show', 'ivan')->{name}, "Iv\x{e1}n", 'UTF-8';

for (['name,language', 'no column "username"'],
     ['username,email', 'column "email" of the heading line is unknown'],
     ['username,username', 'is a second one'], ['', 'no heading line'],
     ['"username', 'no heading line'])
{
    my ($heading, $why) = @$_;
    my ($s, $o, $e) = $t->cli({ stdin => "$heading\n" }, 'invite', '--file',
                              '-', @to);
    is $s, 1, "heading $heading";
    like $e, qr/$why/, $why;
}

# the second one would end the link of the first

($status, $out, $err) = $t->cli(
    { stdin => "username,name\nkim,One\nliz,\n KIM ,Two\nkim,Three\n" },
    'invite', '--file', '-', @to);

is $status, 1, 'twice in a file';
is_deeply [ map { (split)[0] } split /\n/, $out ], [ 'kim', 'liz' ],
    'invited once';
is $err, join('', map { "nginx-login: line $_: user \"kim\" is in line 2 "
                        . "already\n" } 4, 5), 'says so';
is json('user', 'show', 'kim')->{name}, 'One', 'as the first one says';
$t->cli_ok('invite', 'revoke', $_) for 'kim', 'liz';

$t->write_file('list.csv', "username\nx\@\@\njudy\n");
($status, $out) = $t->cli('--json', 'invite', '--file', $t->dir . '/list.csv',
                          @to);
is $status, 1, 'JSON: status';
my $results = decode_json($out);
is $results->[0]{line}, 2, 'JSON: line';
like $results->[0]{error}, qr/invalid user name/, 'JSON: error';
is $results->[1]{username}, 'judy', 'JSON: another one';


# --- list and revoke

my $list = $t->cli_ok('invite', 'list');

like $list, qr/^ID +FOR +STATE +CREATED +EXPIRES +MAIL$/m, 'heading';
like $list, qr/^[0-9a-f]{16} +carol +open +2\d{3}-\S+ \S+ +2\S+ \S+ +-$/m,
    'open';
is scalar(() = $list =~ /ann\@example\.com/g), 1, 'one of each';

my ($item) = grep { $_->{username} eq 'carol' } @{ json('invite', 'list') };
is $item->{state}, 'open', 'JSON: state';
is $item->{mail}, undef, 'JSON: no mail';

is $t->cli_ok('invite', 'revoke', $item->{id}),
    "invitation \"carol\" revoked\n", 'by id';
refused(1, 'user "carol" not found', 'the account is gone', 'user', 'show',
        'carol');
refused(1, "invitation \"$item->{id}\" not found", 'and the invitation',
        'invite', 'revoke', $item->{id});

is $t->cli_ok('invite', 'revoke', 'Dave@example.com'),
    "invitation \"dave\@example.com\" revoked\n", 'by name';
$t->cli_ok('invite', 'nora', @to);
is_deeply json('invite', 'revoke', 'nora'),
    { invitation => 'nora', revoked => JSON::PP::true }, 'in JSON';
refused(1, 'no invitation that could be used', 'never invited', 'invite',
        'revoke', 'eve');
refused(1, 'not found', 'nobody', 'invite', 'revoke', 'nobody');

$t->cli_ok('user', 'add', 'mike', '--role', 'old');
$t->cli_ok('invite', 'mike', @to);
is json('user', 'show', 'mike')->{invited}, JSON::PP::true, 'one who was there';
$t->cli_ok('invite', 'revoke', 'mike');
is json('user', 'show', 'mike')->{invited}, JSON::PP::false, 'is there still';
is_deeply json('user', 'show', 'mike')->{roles}, [ 'old' ], 'as before';

# who has a password does not need the link any more

$t->cli_ok({ stdin => "$password\n" }, 'user', 'password', 'ivan', '--stdin');
is json('user', 'show', 'ivan')->{invited}, JSON::PP::false, 'not invited';
($item) = grep { $_->{username} eq 'ivan' } @{ json('invite', 'list') };
is $item->{state}, 'used', 'the link is worth nothing';

$t->cli_ok('user', 'remove', 'judy');
unlike $t->cli_ok('invite', 'list'), qr/judy/, 'removed with its invitation';

$t->cli_ok('check');


# --- the portal that nginx has

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location / { return 200; }
}
END

my $url = 'http://localhost:' . $t->port . '/login/invite/';

my $nora;

wait_for(sub {
    my ($s, $o) = $t->cli('invite', 'nora');
    $nora = $o;
    return $s == 0;
});

like $nora, qr/\A\Q$url\E[\w-]{43}\n\z/, 'no option needed';

$t->stop;


# --- mails, and links that many may use; the relay is not there

my $m = Login::Test->new(limit => 'login_limit rate=20/m;',
                         allow_alert => qr/relay|mail/);

$m->run(<<'END');
login_mail smtp://127.0.0.1:1 starttls=off from=login@example.com;
login_hash memory=1m passes=1;
login_log %%DIR%%/events.log;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location / { return 200; }
}
END

wait_for(sub { ($m->cli('gates'))[0] == 0 });

sub mails {
    my %mails;
    push @{ $mails{ $_->{to} } }, $_->{kind}
        for @{ decode_json($m->cli_ok('--json', 'mail', 'list')) };
    return \%mails;
}

$m->cli_ok('invite', 'ann@example.com');
$m->cli_ok('invite', 'bob@example.com', '--no-mail');
$m->cli_ok('invite', 'carol');
is_deeply mails(), { 'ann@example.com' => [ 'invitation' ] },
    'mailed, unless that is not wanted or there is no address';
like $m->cli_ok('invite', 'list'), qr/ann\@example\.com +open .* queued/,
    'the list tells';
$m->cli_ok('invite', 'ann@example.com');
is_deeply mails(), { 'ann@example.com' => [ 'invitation' ] },
    'again: the mail before is taken back';

$m->add_user('eve@example.com', $password);
$m->add_user('out@elsewhere.example', $password);

chomp(my $shared = $m->cli_ok('invite', '--link', '--domain', 'Example.com',
                              '--domain', "b\xc3\xbccher.example", '--role',
                              'staff'));
like $m->cli_ok('invite', 'list'),
    qr/anybody at example\.com,xn--bcher-kva\.example +open/, 'in the list';

my $browser = $m->browser;
my $page = $browser->get($shared, follow => 1);

is $page->page, 'invite-request', 'asks for the address';
is $browser->submit($page, { username => '' })->status, 422, 'none';
is $browser->submit($page, { username => 'x', csrf => 'x' })->status, 403,
    'csrf';

my %seen;

for my $who ('new@example.com', 'eve@example.com', 'x@sub.example.com',
             'x@evil-example.com', 'x@example.com.evil', 'x@y@example.com',
             'out@elsewhere.example', 'no address',
             "Neu\@b\xc3\xbccher.example",
             "x\@example.com\r\nBcc: y\@example.com")
{
    my $r = $browser->submit($page, { username => $who, role => 'admin' });
    $seen{ join ' ', $r->status, $r->location }++;
}

is_deeply \%seen, { '303 http://localhost:' . $m->port
                    . '/login/invite-sent' => 10 }, 'one answer for all';
is $browser->get('/login/invite-sent')->page, 'invite-sent', 'its page';

ok wait_for(sub { keys %{ mails() } == 4 }), 'who may come gets a mail';
is_deeply mails(), {
    'ann@example.com' => [ 'invitation' ],
    'new@example.com' => [ 'invitation' ],
    'neu@xn--bcher-kva.example' => [ 'invitation' ],
    'eve@example.com' => [ 'exists' ],
}, 'who is there already learns that';

my $new = decode_json($m->cli_ok('--json', 'user', 'show', 'new@example.com'));
is $new->{invited}, JSON::PP::true, 'invited';
is_deeply $new->{roles}, [ 'staff' ], 'with the roles of the link';

# three mails in ten minutes, whoever asks

for my $n (2, 3) {
    $browser->submit($page, { username => 'eve@example.com' });
    ok wait_for(sub { @{ mails()->{'eve@example.com'} } == $n }), "number $n";
}

$browser->submit($page, { username => 'eve@example.com' }) for 1 .. 2;
is $browser->submit($page, { username => 'last@example.com' })->status, 303,
    'and somebody else';
ok wait_for(sub { mails()->{'last@example.com'} }), 'is mailed';
is scalar @{ mails()->{'eve@example.com'} }, 3, 'no more than three';

# the network's own limit

my %status;
$status{ $browser->submit($page, { username => 'x' })->status }++ for 1 .. 10;
ok $status{429}, 'too many of one network';

my ($many) = grep { !$_->{username} }
    @{ decode_json($m->cli_ok('--json', 'invite', 'list')) };
$m->cli_ok('invite', 'revoke', $many->{id});
is $m->browser->get($shared, follow => 1)->status, 410, 'revoked';

is_deeply [ map { [ @$_{qw(event detail)} ] }
            grep { $_->{event} =~ /^invitation_(?:link|revoked)/ }
            @{ decode_json($m->cli_ok('--json', 'events')) } ],
    [ [ 'invitation_link', 'example.com,xn--bcher-kva.example' ],
      [ 'invitation_revoked', $many->{id} ] ], 'both are events';
is $browser->get('/login/invite-request')->status, 410, 'also where it is open';


# --- what there is to read of it

sub asked {
    my ($who) = @_;

    return grep { $_->{event} eq 'invitation_asked' }
        @{ decode_json($m->cli_ok('--json', 'events', $who)) };
}

my ($event) = asked('new@example.com');

is $event->{detail}, $many->{id}, 'kept: by which link';
is $event->{address}, '127.0.0.1', 'from where';
is $event->{org}, 'default', 'of which organisation';
ok !$event->{actor}, 'by nobody of here';
is scalar asked('new@example.com'), 1, 'once';
is scalar asked($_), 0, "not with $_" for 'eve@example.com', 'ann@example.com';

my @lines = map { decode_json($_) } split /\n/, $m->read_file('events.log');

is scalar(grep { $_->{event} eq 'invitation_asked'
                 && ($_->{username} // '') eq 'out@elsewhere.example' }
          @lines), 1, 'in the log also where nothing came of it';
ok((grep { $_->{event} eq 'invitation_throttled'
           && $_->{result} eq 'refused' } @lines), 'and too many');


done_testing;
