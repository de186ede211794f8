#!/usr/bin/perl

# Single sign-on with a provider: leaving for it, coming back, whose account
# it is, and what is said where it fails.  Cases G01, G02, G03, G04, G08, G09,
# B05, B09, C14, O02, O03.

use strict;
use warnings;

use JSON::PP;
use MIME::Base64;
use Login::Http2;
use Login::Rogue;
use Login::Test;

my $missing = Login::Rogue::missing();

plan(skip_all => $missing) if $missing;

use Test::More;


my $good = 'correct horse battery staple';
my $now = time;

my $rogue = Login::Rogue->new;
my $other = Login::Rogue->new(many => 1);

my $t = Login::Test->new(clock => $now, workers => 2,
                         accounts => { 'ann@acme.example' => $good });

$t->write_file('secret', "a secret that both know\n");
chmod 0600, $t->dir . '/secret';

sub provider {
    my ($name, $from, @more) = @_;

    return <<"END";
login_provider $name "Provider $name" {
    oidc @{[ $from->issuer ]};
    client_id nginx;
    client_secret_file secret;
    @more
}
END
}

my $conf = provider('op', $rogue, 'provision on; domain acme.example;')
    . provider('invited', $rogue)
    . provider('other', $other, 'provision on;')
    . provider('short', $rogue, 'provision on;')
    . provider('roles', $rogue, 'provision on; claims roles=groups;')
    . <<'END';
login_log %%DIR%%/events.log;
login_hash memory=1m passes=1;

login_org acme "Acme" {
    provider op other;
    mfa required;
    contact "it@acme.example";
}

login_org globex "Globex" {
    password off;
    provider op invited roles;
    login_session idle=1h;
}

login_org initech "Initech" {
    provider short;
    login_session idle=1h lifetime=1h;
}

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "$login_principal $login_methods\n"; }

    location /mfa/ {
        login_require mfa;
        return 200 "$login_user\n";
    }
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name strict.localhost;
    login on;
    login_cookie samesite=strict;

    location /login/ { login_portal; }
    location / { return 200 "$login_principal $login_methods\n"; }
}
END

$t->run($conf);

Login::Test::wait_for(sub { ($t->cli('gates'))[0] == 0 });


# From "sso/NAME" to the address that the provider sends people back to.

sub leave {
    my ($browser, $name, $query) = @_;

    my $r = $browser->get("/login/sso/$name?$query");

    return $r if $r->status != 303;

    return $browser->get($r->location);
}

# All the way; the answer of the callback.

sub arrive {
    my ($browser, $name, $query) = @_;

    my $r = leave($browser, $name, $query);

    return $r->status == 302 ? $browser->get($r->location) : $r;
}

sub events {
    return map { decode_json($_) } split /\n/, $t->read_file('events.log');
}

my $told = 0;

# Of the event of that name since it was asked last.

sub told {
    my ($kind) = @_;

    my @all = events();
    my @new = grep { $_->{event} eq $kind } @all[$told .. $#all];

    $told = @all;

    return @new == 1 ? $new[0] : { detail => scalar(@new) . " of $kind" };
}

sub whose {
    my ($browser) = @_;

    my $r = $browser->get('/x');

    return $r->status == 200 ? $r->body =~ s/\n//r : $r->status;
}

# A page that refuses: status, which one, code, event and its detail.

sub refused {
    my ($r, $status, $page, $code, $event, $detail, $name) = @_;

    my $one = told($event);

    subtest $name => sub {
        is($r->status, $status, 'status');
        is($r->page, $page, 'page');
        like($r->body, qr/Code $code\b/, 'code');
        like($one->{detail}, $detail, 'event');
        ok(!defined $r->cookie('login'), 'no session');
        like($r->body, qr{<a [^>]*href="/login/sso/}, 'to try again');
        like($r->body, qr{<a [^>]*href="/login/\?sso=off}, 'to sign in');
    };
}


# --- there and back

my $ann = $t->browser;
my $r = $ann->get('/login/sso/op?org=acme&return_to=/deep/link?a=b%26c');

is($r->status, 303, 'leaves');

my ($url, $query) = split /\?/, $r->location;
my %query = map { /(.*?)=(.*)/ } split /&/, $query;

is($url, $rogue->issuer . '/auth', 'for the provider');
is($query{response_type}, 'code', 'a code');
is($query{code_challenge_method}, 'S256', 'PKCE');
like($query{$_}, qr/^[\w-]{22,43}$/, $_) for qw(state nonce code_challenge);
is($query{redirect_uri}, Login::Browser::escape('http://localhost:' . $t->port
   . '/login/sso/op/callback'), 'and back to here');
is($query{prompt}, undef, 'with questions');
is($query{max_age}, undef, 'of whatever age');
is($query{ui_locales}, 'en', 'in a language');
like($t->browser->get('/login/sso/op?org=acme',
                      headers => { 'Accept-Language' => 'pt-BR, de;q=0.5' })
     ->location, qr/&ui_locales=pt-BR$/, 'that of the page');

my ($cookie) = grep { /^login_sso-\d=/ } $r->header('Set-Cookie');

like($cookie, qr/; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax$/,
     'a cookie of its own');
unlike($cookie, qr/deep|acme/, 'that says nothing');

$r = $ann->get($ann->get($r->location)->location);
is($r->status, 303, 'and back');
is($r->location, 'http://localhost:' . $t->port . '/deep/link?a=b&c',
   'where it began');
is($rogue->seen->{form}{grant_type}, 'authorization_code', 'a code');
ok(!defined $ann->cookie('login_sso-4'), 'the cookie is gone');

is(whose($ann), 'acme/alice@acme.example sso:op', 'signed in');

my $session = decode_json($ann->fetch('/login/session')->body);

is_deeply($session->{methods}, ['sso:op'], 'the session says how');
is($session->{name}, 'ALICE', 'and who');
like($t->cli_ok('session', 'list', 'alice@acme.example', '--org', 'acme'),
     qr/\bsso:op\b/, 'the command line, too');

my $one = told('signin');

is($one->{username}, 'alice@acme.example', 'the event');
is($one->{detail}, 'op', 'says through which');
like($t->cli_ok('events', 'alice@acme.example', '--org', 'acme'),
     qr/signin.*\bop\b/, 'what is kept of it as well');

is($ann->get('/mfa/')->status, 200, 'no second factor is asked for');

my $account = $ann->get('/login/account');

is($account->page, 'account', 'the page of the account');
like($account->body, qr{Connected\ accounts.*<li>\s*<p\ class="provider">
                        <span\ dir="auto">Provider\ op</span>}xs,
     'names the provider');
unlike($account->body, qr/Provider other/, 'and none that it is not linked to');
unlike($account->body, qr/href="[^"]*sso/, 'without a link');
unlike($account->body, qr/value="codes"/, 'nor codes, without a device');

$t->add_user('pat', $good, '--org', 'initech');

my $pat = $t->browser;

$pat->sign_in('pat', $good, undef, org => 'initech');
$account = $pat->get('/login/account');
is($account->page, 'account', 'the page of who has a password');
unlike($account->body, qr/Connected accounts/, 'and no link');

is(arrive($t->browser, 'op', 'org=acme')->location, 'http://localhost:'
   . $t->port . '/login/apps', 'without an address: to the apps');
is(scalar(() = $t->cli_ok('user', 'list') =~ /alice/g), 1, 'no second one');


sub logged {
    my ($line, $name) = @_;

    ok(Login::Test::wait_for(sub { $t->access_log =~ $line }), $name);
}

logged(qr{"GET /login/sso/op/callback\?x+ HTTP/1\.1" 303},
       'the code is in no log');

{
    my $browser = $t->browser;
    my $back = leave($browser, 'op', 'org=acme')->location;
    my $cookies = $browser->cookie_header($browser->resolve($back));
    my ($answer) = Login::Http2->new($t->port('h2'))->ask(
        [ 'GET', $back =~ s{^http://[^/]+}{}r, [ "cookie: $cookies" ] ]);

    is($answer->status, 303, 'over HTTP/2 the same');
    logged(qr{"GET /login/sso/op/callback\?x+ HTTP/2\.0" 303},
           'nor is it in one then');
}


# --- where it does not lead

for my $path ('sso/none?org=acme', 'sso/op?org=none', 'sso/invited?org=acme',
              'sso/op/', 'sso/op/x', 'sso/', 'sso/OP?org=acme',
              'sso/op/callback/x')
{
    is($t->browser->get("/login/$path")->status, 404, $path);
}

is($t->browser->get('/login/sso/op')->location, 'http://localhost:'
   . $t->port . '/login/options', 'no organisation: which one?');
is($t->browser->get('/login/sso/other')->status, 303, 'unless there is one');
is($ann->get('/login/sso/op')->status, 303, 'or this browser knows');
is($t->browser->head('/login/sso/op/callback?state=x&code=y')->status, 405,
   'no HEAD');
is($t->browser->post('/login/sso/op?org=acme', {})->status, 405, 'no POST');

$r = $t->browser->get('/login/sso/op?org=acme&return_to=https://evil.example/');
like($r->location, qr/^\Q@{[ $rogue->issuer ]}\E/, 'a foreign address');
$r = arrive($t->browser, 'op', 'org=acme&return_to=https://evil.example/');
is($r->location, 'http://localhost:' . $t->port . '/login/apps',
   'is not where it ends');


# --- state (G02)

sub tokens { $rogue->seen->{token} }

my $tokens = tokens();
my $bob = $t->browser;

$r = leave($bob, 'op', 'org=acme');

my $callback = $r->location;
my ($state) = $callback =~ /state=([\w-]+)/;
my $base = '/login/sso/op/callback';

my @state = ([ '', 403, 'missing' ],
             [ "state=$state&state=$state&", 403, 'twice' ],
             [ 'state=&', 403, 'empty' ],
             [ 'state=AAAAAAAAAAAAAAAAAAAAAA&', 403, 'another' ],
             [ "state=${state}A&", 403, 'longer' ]);

for my $case (@state) {
    refused($bob->get("$base?$case->[0]code=c"), $case->[1], 'error', 'L50',
            'sso_over', qr/^op: /, "state: $case->[2]");
}

refused($t->browser->get($callback), 403, 'error', 'L50', 'sso_over',
        qr/^op: /, 'another browser, without a cookie');

my $eve = $t->browser;

leave($eve, 'op', 'org=acme');
refused($eve->get($callback), 403, 'error', 'L50', 'sso_over', qr/^op: /,
        'another browser, which left as well');

refused($bob->get($callback =~ s{/op/}{/other/}r), 403, 'error', 'L50',
        'sso_over', qr/^other: /, 'another provider (G03)');

my $late = $bob->clone;

$t->set_clock($now + 901);
refused($late->get($callback), 403, 'error', 'L50', 'sso_over', qr/^op: /,
        'expired');
$t->set_clock($now);

is(tokens(), $tokens, 'nothing was asked of the provider');

my $twice = $bob->clone;

is($bob->get($callback)->status, 303, 'it was good all the time');
is(tokens(), $tokens + 1, 'and the code was redeemed');
refused($twice->get($callback), 403, 'error', 'L50', 'sso_over', qr/^op: /,
        'used already');
is(tokens(), $tokens + 1, 'and is not once more');


# --- what a provider must not say (G01, G03, G04)

sub rogue {
    my ($how, $code, $detail, $name) = @_;

    $rogue->set(%$how);
    refused(arrive($t->browser, 'op', 'org=acme'), 403, 'error', $code,
            'sso_untrusted', $detail, $name);
    $rogue->set;
}

my $claim = sub { return { claims => { @_ } } };

rogue($claim->(iss => 'https://other.example'), 'L53',
      qr/ID token is of another issuer/, 'oidcc-client-test-invalid-iss');
rogue($claim->(iss => $rogue->issuer . '/'), 'L53', qr/another issuer/,
      'iss with a slash');
rogue($claim->(sub => undef), 'L53', qr/lacks .*"sub"/,
      'oidcc-client-test-missing-sub');
rogue($claim->(aud => 'another'), 'L53', qr/another client/,
      'oidcc-client-test-invalid-aud');
rogue($claim->(aud => ['nginx', 'another']), 'L53', qr/another client/,
      'several, without azp');
rogue($claim->(aud => 'nginx', azp => 'another'), 'L53', qr/another client/,
      'azp');
rogue($claim->(iat => undef), 'L53', qr/"iat"/,
      'oidcc-client-test-missing-iat');
rogue($claim->(exp => undef), 'L53', qr/"exp"/, 'no exp');
rogue($claim->(nonce => 'another'), 'L53', qr/another request/,
      'oidcc-client-test-nonce-invalid');
rogue($claim->(nonce => undef), 'L53', qr/another request|"nonce"/,
      'no nonce');
rogue($claim->(at_hash => 'AAAA'), 'L53', qr/another access token/,
      'at_hash');
rogue({ signature => 1 }, 'L53', qr/wrong signature/,
      'oidcc-client-test-invalid-sig-rs256');
rogue({ alg => 'none' }, 'L53', qr/algorithm that is not allowed/,
      'oidcc-client-test-idtoken-sig-none');
rogue({ alg => 'HS256' }, 'L53', qr/algorithm that is not allowed/,
      'HS256 with the public key');
rogue({ header => { kid => 'none' } }, 'L53', qr/key that the provider/,
      'a kid that is none');
rogue({ header => { jku => 'https://evil.example/' } }, 'L53',
      qr/brings a key along/, 'jku');
rogue({ header => { jwk => { kty => 'oct', k => 'AA' } } }, 'L53',
      qr/brings a key along/, 'jwk');
rogue({ userinfo => { sub => 'bob' } }, 'L53',
      qr/userinfo is about somebody else/,
      'oidcc-client-test-userinfo-invalid-sub');
rogue({ answer => { iss => 'https://other.example' } }, 'L53',
      qr/answer is of another issuer/, 'iss of the answer');
rogue({ answer => { code => undef } }, 'L53',
      qr/neither a code nor an error/, 'neither code nor error');
rogue({ late => -600 }, 'L54', qr/has expired, if the clocks/, 'its clock');
rogue({ late => 600 }, 'L54', qr/from the future/, 'which is ahead');

$other->set(header => { kid => undef }, many => 1);
refused(arrive($t->browser, 'other', 'org=acme'), 403, 'error', 'L53',
        'sso_untrusted', qr/which of several/,
        'oidcc-client-test-kid-absent-multiple-jwks');
$other->set;

$rogue->set(late => 60, bad => 1);
is(arrive($t->browser, 'op', 'org=acme')->status, 303,
   'a minute is nothing, nor a key that is none');

$rogue->set(header => { kid => undef });
is(arrive($t->browser, 'op', 'org=acme')->status, 303,
   'oidcc-client-test-kid-absent-single-jwks');
$rogue->set;

my $seen = $rogue->seen;

is(arrive($t->browser, 'op', 'org=acme')->status, 303,
   "oidcc-client-test$_") for '', '-idtoken-sig-rs256';

is($seen->{query}{scope}, 'openid email profile',
   'oidcc-client-test-scope-userinfo-claims');
is($seen->{authorization}{userinfo}, 'Bearer an.access.token', 'asked with '
   . 'the token');
is($seen->{authorization}{token}, 'Basic '
   . encode_base64('nginx:a%20secret%20that%20both%20know', ''),
   'oidcc-client-test-client-secret-basic');


# --- its keys (G07)

$rogue->rotate;
$rogue->set;

my $keys = $rogue->seen->{jwks};

# each worker has fetched them before, and not in the last ten seconds

$t->set_clock($now + 11);
$rogue->set(late => 11);
is(arrive($t->browser, 'op', 'org=acme')->status, 303, 'another key');
ok($rogue->seen->{jwks} > $keys, 'is fetched');

$keys = $rogue->seen->{jwks};
$rogue->set(late => 11, header => { kid => 'none' });

arrive($t->browser, 'op', 'org=acme') for 1 .. 40;

ok($rogue->seen->{jwks} <= $keys + 2, 'one that is none, once by each worker');

$t->set_clock($now);
$rogue->set;
$told = events();


# --- its refusals

for my $error (qw(access_denied login_required invalid_request)) {
    $rogue->set(error => $error, answer => { error_description => "no\x{1}" });
    refused(arrive($t->browser, 'op', 'org=acme&return_to=/deep'), 403,
            'denied', 'L51', 'sso_refused',
            qr/^op: answer is $error, no\?$/, $error);
}

$rogue->set(error => 'access_denied');
$r = arrive($t->browser, 'op', 'org=acme&return_to=/deep%3Fa');
like($r->body, qr{href="/login/sso/op\?org=acme&amp;return_to=%2Fdeep%3Fa"},
     'to try again, and to go where it was to lead');
like($r->body, qr/it\@acme\.example/, 'and whom to ask');

my ($mine) = grep { /^login_sso/ } $r->header('Set-Cookie');

like($mine, qr/Max-Age=0/, 'the state is over');

for my $case ([ { error => 'temporarily_unavailable' }, qr/answer is temp/ ],
              [ { status => { token => 500 } }, qr/token .*500/ ],
              [ { tokens => { id_token => undef } }, qr/token .*"id_token"/ ],
              [ { status => { userinfo => 401 } }, qr/userinfo .*401/ ],
              [ { redirect => { token => 'http://169.254.169.254/' } },
                qr/token .*30[0-9]|token is not the JSON/ ],
              [ { endless => ['userinfo'] }, qr/answer is too large/ ])
{
    $rogue->set(%{ $case->[0] });
    $r = arrive($t->browser, 'op', 'org=acme');
    refused($r, 503, 'error', 'L52', 'sso_down', $case->[1],
            "down: $case->[1]");
    ok($r->header('Retry-After'), 'and when to come again');
}

$rogue->set(tokens => { error => 'invalid_client' });
refused(arrive($t->browser, 'op', 'org=acme'), 403, 'denied', 'L51',
        'sso_refused', qr/^op: token was refused: invalid_client/,
        'the secret is wrong');
$rogue->set;


# --- whose account it is (G08, G09)

for my $name ('a@evil@acme.example', 'a@evil-acme.example',
              'a@acme.example.evil', 'a@sub.acme.example', 'a')
{
    $rogue->set(sub => "mallory", userinfo => { email => $name });
    refused(arrive($t->browser, 'op', 'org=acme'), 403, 'denied',
            $name =~ /\@.*\@/ ? 'L55' : 'L56', 'sso_claims',
            qr/^op: account has a username/, "no domain of its: $name");
}

$rogue->set(sub => 'mallory', userinfo => { email => undef });
refused(arrive($t->browser, 'op', 'org=acme'), 403, 'denied', 'L55',
        'sso_claims', qr/^op: account .*"email"/, 'no username');

$rogue->set(sub => 'mallory',
            userinfo => { email_verified => JSON::PP::false });
refused(arrive($t->browser, 'op', 'org=acme'), 403, 'denied', 'L55',
        'sso_claims', qr/not verified/, 'not verified');

# an address that an account here has is no proof

$t->cli_ok('user', 'add', 'owner@acme.example', '--org', 'acme');
$rogue->set(sub => 'mallory', userinfo => { email => 'owner@acme.example' });
$r = arrive($t->browser, 'op', 'org=acme');
refused($r, 403, 'denied', 'L59', 'sso_unknown', qr/^op: /, 'the name of '
        . 'another');

# the same subject of another issuer

$rogue->set;
$other->set(userinfo => { email => 'alice@other.example' });

my $twin = $t->browser;

is(arrive($twin, 'other', 'org=acme')->status, 303, 'the same subject');
is(whose($twin), 'acme/alice@other.example sso:other',
   'at another provider is somebody else');

# another name of the same

$rogue->set(userinfo => { email => 'married@acme.example' });
$twin = $t->browser;
arrive($twin, 'op', 'org=acme');
is(whose($twin), 'acme/alice@acme.example sso:op', 'who has another address '
   . 'there is who it was');
$rogue->set;

# in another organisation

$rogue->set(sub => 'alice');
$twin = $t->browser;
arrive($twin, 'op', 'org=globex');
is(whose($twin), 'globex/alice@acme.example sso:op',
   'in another organisation is another account (O02)');


# --- accounts that are made by invitation alone

$rogue->set(sub => 'carol');
refused(arrive($t->browser, 'invited', 'org=globex'), 403, 'denied', 'L57',
        'sso_unknown', qr/^invited: /, 'not invited');

my $link = $t->cli_ok('invite', 'carol.c@globex.example', '--org', 'globex',
                      '--role', 'boss', '--portal', 'http://localhost:'
                      . $t->port . '/login/');

chomp $link;

my $carol = $t->browser;

$carol->get($link);
is(arrive($carol, 'invited', 'org=globex')->status, 303, 'invited');
is(whose($carol), 'globex/carol.c@globex.example sso:invited',
   'as the invitation says');
is(told('registered')->{username}, 'carol.c@globex.example', 'registered');
is($carol->cookie('login_link'), undef, 'the link is done with');

my $again = $t->browser;

arrive($again, 'invited', 'org=globex');
is(whose($again), 'globex/carol.c@globex.example sso:invited',
   'and linked from then on');

$rogue->set(sub => 'dave');
$again = $t->browser;
$again->get($link);
$r = arrive($again, 'invited', 'org=globex');
refused($r, 403, 'denied', 'L57', 'sso_unknown', qr/^invited: /,
        'a link that was used lets nobody in');
is($t->browser->get($link)->status, 410, 'as its page says');


# --- roles, at each sign-in anew (O03)

$rogue->set(sub => 'rolf', userinfo => { groups => ['staff', 'admin'] });

my $rolf = $t->browser;

arrive($rolf, 'roles', 'org=globex');
is_deeply(decode_json($rolf->fetch('/login/session')->body)->{roles},
          ['staff', 'admin'], 'roles');

$rogue->set(sub => 'rolf', userinfo => { groups => ['staff'] });
arrive($t->browser, 'roles', 'org=globex');
is_deeply(decode_json($rolf->fetch('/login/session')->body)->{roles},
          ['staff'], 'another sign-in takes one from all sessions');
$rogue->set;


# --- who is signed in already (B05)

my $first = $ann->cookie('login');

$told = events();
$rogue->set(sub => 'anna');
is(arrive($ann, 'op', 'org=acme')->status, 303, 'as somebody else');
is(whose($ann), 'acme/anna@acme.example sso:op', 'who it is then');
isnt($ann->cookie('login'), $first, 'a session of its own');

my $old = $t->browser;

is($old->get('/x', headers => { Cookie => "login=$first" })->status, 302,
   'and the one before has ended');


# --- a shared computer, and what the organisation sets

$rogue->set;

my $shared = $t->browser;

$r = arrive($shared, 'op', 'org=acme&shared=1');
unlike((grep { /^login=/ } $r->header('Set-Cookie'))[0], qr/Max-Age/,
       'until the browser closes');
unlike((grep { /^login_browser=/ } $r->header('Set-Cookie'))[0], qr/Max-Age/,
       'nor is it known again');
$session = decode_json($shared->fetch('/login/session')->body);
is($session->{expires} - $now, 1800, 'half an hour');

$r = arrive($t->browser, 'op', 'org=globex');
like((grep { /^login=/ } $r->header('Set-Cookie'))[0], qr/Max-Age=3600;/,
     "the organisation's own time");


# --- disabled, removed (B09)

my $anna = $t->browser;

$rogue->set(sub => 'anna');

$callback = leave($anna, 'op', 'org=acme')->location;
$t->cli_ok('user', 'disable', 'anna@acme.example', '--org', 'acme');
is($ann->get('/x')->status, 302, 'disabled: the session has ended');
refused($anna->get($callback), 403, 'denied', 'L58', 'sso_unknown', qr/^op: /,
        'and there is no other one');

$t->cli_ok('user', 'enable', 'anna@acme.example', '--org', 'acme');
is(arrive($anna, 'op', 'org=acme')->status, 303, 'enabled');

$rogue->set(sub => 'carol');
$callback = leave($carol, 'invited', 'org=globex')->location;
$t->cli_ok('user', 'remove', 'carol.c@globex.example', '--org', 'globex');
refused($carol->get($callback), 403, 'denied', 'L57', 'sso_unknown',
        qr/^invited: /, 'removed');
$rogue->set;


# --- signing in once more

$r = $ann->get('/login/sso/op?org=acme&need=login');
like($r->location, qr/&prompt=login&/, 'the provider asks');
like($r->location, qr/&max_age=0$/, 'now');
$rogue->set(claims => { auth_time => $now - 600 });
refused($ann->get($ann->get($r->location)->location), 403, 'error', 'L53',
        'sso_untrusted', qr/too long ago/, 'and has to have');

$rogue->set;
$r = $ann->get('/login/sso/op?org=acme&need=login');
is($ann->get($ann->get($r->location)->location)->status, 303, 'it has');

$rogue->set(claims => { auth_time => $now - 600 });
$ann = $t->browser;
arrive($ann, 'op', 'org=acme');
is(decode_json($ann->fetch('/login/session')->body)->{auth_time}, $now - 600,
   'who was signed in there signed in then');

# longer ago than a session lasts

$rogue->set(claims => { auth_time => $now - 7200 });
$ann = $t->browser;
$r = arrive($ann, 'short', 'org=initech&return_to=/deep');
like($r->location, qr/&max_age=1800$/, 'leaves once more');
ok(!defined $ann->cookie('login'), 'and there is no session yet');
$rogue->set(claims => { auth_time => $now - 5 });
$r = $ann->get($ann->get($r->location)->location);
is($r->location, 'http://localhost:' . $t->port . '/deep', 'is let in then');
is(whose($ann), 'initech/alice@acme.example sso:short', 'for as long');
$rogue->set;


# --- to be somebody else there

$r = $ann->get('/login/options?switch=1&org=acme&return_to=/x');

my ($button) = $r->body =~ m{href="(/login/sso/op[^"]*)"};

$button =~ s/&amp;/&/g;
like($button, qr/&switch=1\b/, 'the page for another account');
$r = $ann->get($button);
like($r->location, qr/&prompt=login&/, 'lets the provider ask for one');
$rogue->set(claims => { auth_time => undef });
is($ann->get($ann->get($r->location)->location)->status, 303,
   'which need not say when');
$rogue->set;


# --- a cookie that comes with what our own pages ask for, and nothing else

{
    my $strict = 'http://strict.localhost:' . $t->port;
    my $browser = $t->browser;
    my $url = $browser->get("$strict/login/sso/op?org=acme&return_to="
                            . '/x%3Fa%3D%3C%22b%22%26c')->location;
    my $r = $browser->get($browser->get($url)->location);

    is($r->status, 200, 'a page of its own');
    is($r->header('Refresh'), "0; url=$strict/x?a=<\"b\"&c", 'leads on');
    like($r->body, qr{<a href="\Q$strict\E/x\?a=&lt;&quot;b&quot;&amp;c">},
         'with a link, in any case');
    like((grep { /^login=/ } $r->header('Set-Cookie'))[0],
         qr/SameSite=Strict/, 'the cookie is as it has to be');
    is($browser->get("$strict/x")->body,
       "acme/alice\@acme.example sso:op\n", 'and good');
}


# --- what a reload has changed meanwhile

{
    my $browser = $t->browser;
    my $back = leave($browser, 'op', 'org=acme')->location;
    my $less = $conf =~ s/provider op other;/provider other;/r;

    $less =~ s{login_org globex "Globex" \{}
              {login_region eu "Europe" http://localhost:%%PORT%%/login/;
               login_region us "America" https://us.example/login/;
               $& region us;};

    ok($t->reload($less), 'the organisation has it no more');
    $told = events();
    refused($browser->get($back), 403, 'error', 'L50', 'sso_over', qr/^op: /,
            'who has left comes back to nothing');
    is($browser->get('/login/sso/op?org=acme')->status, 404,
       'and nobody leaves');
    is($browser->get('/login/sso/op?org=globex&return_to=/x')->location,
       'https://us.example/login/sso/op?org=globex&return_to=%2Fx',
       'one of another region leaves from there');
    ok($t->reload($conf), 'as it was');
    is($browser->get($back)->status, 303, 'it was good all the time');
}


# --- tabs (five at most)

my $tabs = $t->browser;
my @left = map {
    $t->set_clock($now + $_);
    leave($tabs, 'op', "org=acme&return_to=/tab$_")->location;
} 1 .. 6;

is($tabs->get($left[0])->status, 403, 'the oldest of six made room');

for my $i (5, 3, 1, 2, 4) {
    is($tabs->get($left[$i])->location, 'http://localhost:' . $t->port
       . '/tab' . ($i + 1), "tab $i ends where it began");
}

my $long = '/' . 'x' x 1900;

@left = map { leave($tabs, 'op', "org=acme&return_to=$long$_")->location }
    1 .. 5;
is($tabs->get($left[4])->status, 303, 'cookies stay small enough for nginx');

$t->done_testing;
