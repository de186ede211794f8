#!/usr/bin/perl

# What people change on the page "account" beside the password: their name,
# and where they are signed in; and the events of the account that it shows.

use strict;
use warnings;

use JSON::PP;
use Login::Test;
use POSIX qw(strftime);


my $ann = 'ann@example.com';
my $password = 'correct horse battery staple';
my $now = time - 2000;      # administrators have the real one

my $t = Login::Test->new(
    accounts => { $ann => $password, 'bob@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
    clock    => $now,
    limit    => 'login_limit attempts=3 lockout=5m rate=1000000/m;',
);

$t->run(<<'END');
login_log %%DIR%%/login.log;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_name"; }
}
END

my $portal = 'http://localhost:' . $t->port . '/login/';

my $firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 '
    . 'Firefox/150.0';


sub signs_in {
    my ($name, %opt) = @_;

    my $browser = $t->browser;

    is $browser->sign_in($name, $password, undef, %opt)->status, 303,
        "$name signs in";

    return $browser;
}

sub act {
    my ($browser, $action, %fields) = @_;

    my $csrf = $browser->get('/login/account')->csrf;

    return $browser->post('/login/account',
                          { csrf => $csrf, action => $action, %fields });
}

sub in { return $_[0]->get('/')->status == 200 }

sub page { return $_[0]->get('/login/account')->body }

sub ids { return page($_[0]) =~ /name="session" value="([0-9a-f]{32})"/g }

sub kinds {
    return map { decode_json($_)->{event} }
        grep { /\S/ } split /\n/, $t->read_file('login.log');
}


# --- the name

my $one = signs_in($ann);

for my $name ('Ann Example', 'x' x 400, '<b>&"\'', "\xe2\x80\xaegnp",
              "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80")
{
    my $r = act($one, 'name', name => $name);

    is $r->status, 303, 'a name';
    like $r->location, qr{^\Q$portal\Eaccount\?what=name&done=}, 'is told';
    like $one->follow($r)->body, qr/Your name has been changed/, 'so';
    is $one->get('/')->body, "in: $name", 'as it is, at once';
    is $one->get('/login/account')->form('name')->{fields}{name}, $name,
        'as text';
}

for my $name ('', 'x' x 401, "a\nb", "a\x7f") {
    my $r = act($one, 'name', name => $name);

    is $r->status, 422, 'a name that is none';
    like $r->alert, qr/name is empty or too long/, 'says so';
    like $r->body, qr/aria-describedby="errors-name"/, 'at the field';
}

is act($one, 'name')->status, 422, 'none at all';

is $one->post('/login/account', { action => 'name', name => 'Eve' })->status,
    403, 'a form that is not from here';
is $t->browser->post('/login/account', { action => 'name', name => 'Eve' })
    ->status, 403, 'from nobody';
is $one->get('/')->body, "in: \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
    'changes nothing';


# --- sessions

$t->set_clock($now += 60);

my $two = $t->browser;
my $csrf = $two->get('/login/')->csrf;
$two->post('/login/', { username => $ann, password => $password,
                        csrf => $csrf },
           headers => { 'User-Agent' => $firefox });
my $three = signs_in($ann);
my $bob = signs_in('bob@example.com');

my $body = page($one);

is scalar(() = $body =~ /This browser/g), 1, 'one is this one';
is scalar(my @ids = ids($one)), 2, 'the others can be ended';
like $body, qr/Firefox on Linux/, 'browser and system in words';
like $body, qr/Another browser/, 'or not';
like $body, qr/127\.0\.0\.1/, 'the address';

my $when = strftime('%Y-%m-%d %H:%M', gmtime $now);

like $body, qr{<dd>\Q$when\E UTC</dd>}, 'when';
like $one->get('/login/account', headers => { 'Accept-Language' => 'de' })
    ->body, qr{<dd>\Q@{[strftime('%d.%m.%Y, %H:%M', gmtime $now)]}\E UTC</dd>},
    'as the language writes it';
is scalar(() = page($bob) =~ /<dt>Address/g), 1, 'only one\'s own';

my ($id) = page($one) =~ /Firefox on Linux.*?value="([0-9a-f]{32})"/s;
my $r = act($one, 'end', session => $id);

is $r->status, 303, 'one is ended';
like $one->follow($r)->body, qr/You&#39;ve been signed out there/, 'says so';
ok !in($two), 'it has';
ok in($three), 'no other';
ok in($one), 'nor this one';
is act($one, 'end', session => $id)->status, 303, 'once more: it has';

my ($own) = ids($three);
is act($one, 'end', session => $own)->status, 422, 'this one does not';
is act($one, 'end', session => $_)->status, 422, 'none'
    for '', 'x' x 32, substr($id, 1);
ok in($one), 'and goes on';

my ($bobs) = map { ids($_) } signs_in('bob@example.com');
is act($one, 'end', session => $bobs)->status, 303, 'of somebody else';
ok in($bob), 'nothing happens';

$r = act($one, 'end-others');

is $r->status, 303, 'all others';
ok !in($three), 'have ended';
ok in($one), 'this one has not';
ok in($bob), 'nor anybody else\'s';
unlike page($one), qr/Sign out everywhere else/, 'there are no more';

my %seen = map { $_ => 1 } kinds();
ok $seen{$_}, "event $_"
    for qw(profile_changed session_ended sessions_ended);


# --- the last sign-in is long ago

$t->set_clock($now += 900);

for my $action (qw(name end end-others)) {
    my $other = $t->browser;

    $r = act($one, $action, name => 'Late', session => '0' x 32);

    is $r->status, 303, "$action: sign in again first";
    is $r->location, "$portal?need=login&return_to=%2Flogin%2Faccount",
        'and come back';
    unlike $one->get('/')->body, qr/Late/, 'nothing happens';
}

my $again = $one->follow($r);

is $again->page, 'signin', 'the form';
$r = $one->submit($again, { username => $ann, password => $password });
is $r->location, "${portal}account", 'back';
is act($one, 'name', name => 'Late')->status, 303, 'and then it is done';
is $one->get('/')->body, 'in: Late', 'that is';


# --- events

for my $name (1 .. 10, 'Late') {
    $t->set_clock(++$now);
    act($one, 'name', name => $name);
}

$body = page($one);
my @events = $body =~ m{<strong>\s*([^<]*?)\s*</strong>\s*</p>\s*<p>\s*<span}g;

is +(grep { !/administrator/ } @events)[0], 'Changed the name',
    'the last one first';
ok +(grep { $_ eq 'Signed in' } @events), 'others';
is scalar @events, 20, 'twenty of them';
ok +(grep { $_ eq 'Signed out everywhere else' } @events), 'others';
unlike page($bob), qr/Changed the name/, 'nobody else\'s';

$t->cli_ok('user', 'role', $ann, '--add', 'staff');
like page($one), qr/An administrator changed what you may open/,
    'what administrators did';

my $eve = $t->browser;
$eve->sign_in($ann, 'wrong') for 1 .. 3;
like page($one), qr/Too many wrong passwords/, 'what failed';


# --- while the store cannot be written

$t->hold_store;
$r = act($one, 'name', name => 'Held');
is $r->status, 503, 'a store that is held';
$t->release_store;
is $one->get('/')->body, 'in: Late', 'nothing happened';


$t->done_testing;
