#!/usr/bin/perl

# Recovery codes made anew on the page "account": shown until they are said
# to be saved, and from then on the only ones; by who has just shown both
# factors, and nobody else.  Cases D01, B05, B08.

use strict;
use warnings;

use JSON::PP;
use Login::Mail;
use Login::Test;
use Login::Totp;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $good = 'correct horse battery staple';
my $ann = 'ann@example.com';
my $bob = 'bob@example.com';
my $secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

my $relay = Login::Mail->new(starttls => JSON::PP::false);

my $t = Login::Test->new(clock => 30 * int((time - 86400) / 30), workers => 2,
    accounts => { $ann => $good, $bob => $good });

my $conf = 'login_mail smtp://127.0.0.1:' . $relay->port . " starttls=off;\n"
    . <<'END';
login_hash memory=1m passes=1;
login_log %%%%DIR%%%%/security.log;
login_org default "Acme" { mfa %s; }

server {
    listen 127.0.0.1:%%%%PORT%%%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user $login_methods"; }
}
END

$t->run(sprintf $conf, 'optional');

my $portal = 'http://localhost:' . $t->port . '/login/';

sub json { decode_json($t->cli_ok('--json', @_)) }

sub told {
    return scalar grep { $_->{event} eq 'mfa_codes_renewed' }
        map { decode_json($_) } split /\n/, $t->read_file('security.log');
}

sub tick { $t->set_clock($t->{clock} + ($_[0] // 30)) }

sub left { json('mfa', 'list', $ann)->{recovery_codes} }

# Signed in with the password, up to the page that asks for a code.

sub ask {
    my ($browser, $recovery) = @_;
    my $page = $browser->follow($browser->sign_in($ann, $good));

    return $page unless $recovery;

    my ($use) = $page->body =~ /href="([^"]*use=recovery[^"]*)"/;

    return $browser->get($use =~ s/&amp;/&/gr);
}

sub signed_in {
    my $browser = $t->browser;

    tick();
    $browser->submit(ask($browser),
        { code => Login::Totp::code($secret, $t->{clock}) });
    is $browser->get('/')->body, "in: $ann pwd,otp", 'signed in with both';

    return $browser;
}

# What a recovery code opens.

sub opens {
    my ($code) = @_;
    my $browser = $t->browser;

    return $browser->submit(ask($browser, 1), { code => $code })->status == 303
        && $browser->get('/')->body eq "in: $ann pwd,rec" ? 1 : 0;
}

sub make {
    my ($browser) = @_;
    my $csrf = $browser->get('/login/account')->csrf;

    return $browser->post('/login/account',
                          { csrf => $csrf, action => 'codes' });
}

sub codes_page {
    my ($browser) = @_;
    my $page = $browser->follow(make($browser));

    is $page->page, 'recovery-codes', 'the page with new ones';

    return $page;
}


# --- without a device there is nothing to make

my $browser = $t->browser;

$browser->sign_in($bob, $good);

my $page = $browser->get('/login/account');

is $page->page, 'account', 'the page of who has no device';
unlike $page->body, qr/value="codes"/, 'without the button';
is make($browser)->location, "${portal}account", 'nothing is made';
is json('mfa', 'list', $bob)->{recovery_codes}{left}, 0, 'that is so';


# --- a device from elsewhere, and no codes yet

$t->write_file('uris', "otpauth://totp/phone:$ann?secret=$secret\n");
chmod 0644, $t->dir . '/uris';
$t->cli_ok('mfa', 'import', $t->dir . '/uris');

my $one = signed_in();

$page = $one->get('/login/account');
unlike $page->body, qr/Recovery codes left/, 'no codes';
like $page->body, qr/value="codes"/, 'the button';

my $r = make($one);

is $r->status, 303, 'new ones';
like $r->location, qr{^\Q$portal\Emfa/setup\?f=[\w-]{16}&return_to=},
    'are shown';
$page = $one->follow($r);
is $page->page, 'recovery-codes', 'on their page';
is $page->header('Cache-Control'), 'no-store', 'which is not kept';
unlike $page->body, qr/Your device is set up/, 'no device was set up';
like $page->body, qr/If you ever lose your device/, 'what they are for';

my @first = Login::Totp::recovery($page);

is scalar @first, 10, 'ten of them';
is_deeply [ Login::Totp::recovery($one->get($page->url->{path})) ], \@first,
    'the same until they are saved';
is left()->{left}, 0, 'none of them counts';
is told(), 0, 'nothing has happened';
is $one->submit($page, { saved => 1 })->location, "${portal}account",
    'saved: back';
is left()->{left}, 10, 'they count';
is $one->get('/')->body, "in: $ann pwd,otp", 'the same session';
is $one->cookie('login_flow-0'), undef, 'the flow is over';
is told(), 1, 'the event';
is +(grep { $_->{event} eq 'mfa_codes_renewed' } @{ json('events', $ann) }),
    1, 'with the account';
like $one->get('/login/account')->body,
    qr/Made new recovery codes.*Recovery codes left|Recovery codes left: 10/s,
    'how many';
like $one->get('/login/account')->body, qr/Made new recovery codes/,
    'what happened';

Login::Test::wait_for(sub { grep { $_->{raw} =~ /^Subject: New recovery/m }
                            $relay->mails });
my ($mail) = grep { $_->{raw} =~ /^Subject: New recovery/m } $relay->mails;

like $mail->{raw}, qr/^To: .*\Q$ann\E/m, 'the owner is told';
like $mail->{raw}, qr/^Subject: New recovery codes at localhost/m, 'where';
unlike $mail->{raw}, qr/$_/, 'and no code' for @first;

is opens($first[0]), 1, 'one of them opens';
is left()->{left}, 9, 'and is used up';


# --- others, and the earlier ones until they are saved

my $made = left()->{made};

tick();
$page = codes_page($one);

my @second = Login::Totp::recovery($page);

isnt $second[0], $first[0], 'others';
is opens($second[0]), 0, 'that open nothing yet';
is opens($first[1]), 1, 'the earlier ones do';

my ($download) = grep { $_->{fields}{download} } $page->forms;
$r = $one->submit($page, {}, form => $download);
is_deeply [ $r->body =~ /^([0-9a-z-]{19})\r$/mg ], \@second, 'as a file';

my ($f) = $page->url->{path} =~ /[?&]f=([\w-]+)/;
my $csrf = $page->csrf;

for my $form ({}, { saved => '' }, { code => '000000' },
              { code => Login::Totp::code($secret, $t->{clock}) },
              { code => $first[2] }, { device_name => 'phone' })
{
    my $what = join ' ', %$form;

    for my $place ('mfa?f=', 'mfa?use=recovery&f=', 'mfa/setup?f=') {
        $r = $one->post("/login/$place$f", { csrf => $csrf, %$form });
        is $r->status, 422, "$place $what";
        is $r->page, 'recovery-codes', 'the page again';
    }
}

is $one->post("/login/mfa?f=$f", { csrf => $csrf, saved => 1 })->status, 422,
    'saved at the wrong place';
is $one->post("/login/mfa/setup?f=$f", { csrf => 'x', saved => 1 })->status,
    403, 'forged';
is $one->post("/login/account", { csrf => 'x', action => 'codes' })->status,
    403, 'so is asking for them';

my $stranger = $t->browser;
my $theirs = $stranger->get('/login/')->csrf;

$stranger->cookie('login_flow-0', $one->cookie('login_flow-0'));
is $stranger->post("/login/mfa/setup?f=$f", { csrf => $theirs, saved => 1 })
    ->status, 403, 'another browser';
unlike $stranger->get("/login/mfa/setup?f=$f")->body, qr/\Q$second[0]/,
    'sees none';
is_deeply [ left(), told() ], [ { left => 8, made => $made }, 1 ],
    'nothing has changed';

# a store that cannot be written

$t->hold_store;
$r = $one->submit($page, { saved => 1 });
is $r->status, 503, 'a store that is held';
is $r->page, 'error', 'says so';
$t->release_store;
is_deeply [ left(), told() ], [ { left => 8, made => $made }, 1 ],
    'nothing has changed still';

# twice, and then once more

my $again = $one->clone;

is $one->submit($page, { saved => 1 })->location, "${portal}account",
    'saved';
$made = left()->{made};
tick();
is $_->submit($page, { saved => 1 })->location, "${portal}account",
    'sent twice: there as well' for $one, $again;
is_deeply left(), { left => 10, made => $made }, 'nothing is made by that';
is told(), 2, 'it has happened once';
is opens($first[3]), 0, 'the earlier ones open nothing';
is opens($second[1]), 1, 'these do';


# --- two tabs: those that were saved last

$one = signed_in();

my $tab = codes_page($one);
my $other = codes_page($one);
my @tab = Login::Totp::recovery($tab);
my @other = Login::Totp::recovery($other);

is $one->submit($_, { saved => 1 })->status, 303, 'saved' for $other, $tab;
is_deeply [ map { opens($_) } $other[0], $tab[0] ], [ 0, 1 ],
    'the last ones count';


# --- what happens meanwhile

$one = signed_in();
my $two = signed_in();
my $kept = left();

$page = codes_page($one);
$t->cli_ok('session', 'revoke', $ann);
$r = $one->submit($page, { saved => 1 });
is $r->status, 403, 'signed out: over';
is $r->page, 'signin', 'to sign in again';
is $one->get($page->url->{path})->page, 'signin', 'nor are they shown';

$one = signed_in();
$page = codes_page($one);
$t->cli_ok('user', 'disable', $ann);
is $one->submit($page, { saved => 1 })->status, 403, 'disabled: over';
$t->cli_ok('user', 'enable', $ann);
is_deeply left(), $kept, 'and nothing is made';

$one = signed_in();
$page = codes_page($one);

my ($device) = $one->get('/login/account')->body
    =~ /name="device" value="([0-9a-f]{32})"/;

is $one->post('/login/account', { csrf => $page->csrf, action => 'remove',
    device => $device, password_current => $good })->status, 303,
    'the device goes';
$r = $one->submit($page, { saved => 1 });
is $r->location, "${portal}account", 'over, too';
is left()->{left}, 0, 'no codes without a device';

$t->cli_ok('mfa', 'import', $t->dir . '/uris');


# --- who has shown the password alone, or both long ago

$t->reload(sprintf $conf, 'off');

$one = $t->browser;
$one->sign_in($ann, $good);
is $one->get('/')->body, "in: $ann pwd", 'in with the password';
tick();
$page = $one->follow(make($one));
is $page->page, 'mfa', 'a code first';
is left()->{left}, 0, 'none are made';
$r = $one->submit($page, { code => Login::Totp::code($secret, $t->{clock}) });
is $r->location, "${portal}account", 'then back';
is $one->get('/')->body, "in: $ann pwd,otp", 'with both';
$page = codes_page($one);

tick(900);
$r = make($one);
is $r->location, "$portal?need=login&return_to=%2Flogin%2Faccount",
    'later: the password first';
is $one->follow($r)->page, 'signin', 'that is asked for';

tick(3599 - 900);
is $one->get($page->url->{path})->page, 'recovery-codes',
    'those that are shown: an hour';
tick(1);
is $one->submit($page, { saved => 1 })->location, "${portal}account",
    'and no longer';
is left()->{left}, 0, 'they never counted';

$t->cli_ok('check');

$t->done_testing;
