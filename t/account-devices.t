#!/usr/bin/perl

# Devices and trusted browsers on the page "account": another name, away with
# the password, and the one that has to stay.  Cases B08, D01.

use strict;
use warnings;

use JSON::PP;
use Login::Test;
use Login::Totp;


my $good = 'correct horse battery staple';
my $now = 30 * int(time / 30);
my %secret = (
    phone  => 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    tablet => 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U',
);

my $t = Login::Test->new(clock => $now,
    accounts => { ann => $good, bob => $good });

my $conf = <<'END';
login_hash memory=1m passes=1;
login_log %%%%DIR%%%%/security.log;

login_org default "Acme" {
    mfa %s;
}

server {
    listen 127.0.0.1:%%%%PORT%%%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user $login_methods"; }
}
END

$t->run(sprintf $conf, 'optional');

sub json { decode_json($t->cli_ok('--json', @_)) }

sub devices {
    return { map { $_->{name} => $_->{id} }
             @{ json('mfa', 'list', @_)->{devices} } };
}

sub names { join ' ', sort keys %{ devices(@_) } }

sub told {
    my ($event) = @_;

    return scalar grep { $_->{event} eq $event }
        map { decode_json($_) } split /\n/, $t->read_file('security.log');
}

sub tick { $t->set_clock($t->{clock} + 30) }


# Signed in with both factors.

sub signed_in {
    my ($name, $secret) = @_;
    my $browser = $t->browser;

    tick();

    my $page = $browser->follow($browser->sign_in($name, $good));

    $browser->follow($browser->submit($page,
        { code => Login::Totp::code($secret, $t->{clock}) }));

    is $browser->get('/')->body, "in: $name pwd,otp", "$name is signed in";

    return $browser;
}

sub account { $_[0]->get('/login/account') }

# One of the page's forms, as the browser would send it.

sub send_form {
    my ($browser, %field) = @_;
    my ($csrf) = account($browser)->body =~ /name="csrf" value="([^"]+)"/;

    return $browser->post('/login/account', { csrf => $csrf, %field });
}

$t->write_file('uris', join '', map {
    "otpauth://totp/$_:ann?secret=$secret{$_}\n"
} sort keys %secret);
chmod 0644, $t->dir . '/uris';
$t->cli_ok('mfa', 'import', $t->dir . '/uris');

$t->write_file('bob', "otpauth://totp/theirs:bob?secret=$secret{tablet}\n");
chmod 0644, $t->dir . '/bob';
$t->cli_ok('mfa', 'import', $t->dir . '/bob');

my $ann = signed_in('ann', $secret{phone});
my $id = devices('ann');


# --- what there is

my $page = account($ann);

is $page->status, 200, 'the page';
like $page->body, qr/name="device_name"[^>]* value="$_"/, "has the $_"
    for qw(phone tablet);
like $page->body, qr/Added on \d{4}-\d\d-\d\d/, 'since when';
like $page->body, qr/Last used on \d{4}-\d\d-\d\d/, 'used when';
unlike $page->body, qr/theirs|\Q$secret{phone}/, "nobody else's, no secret";


# --- another name

is send_form($ann, action => 'rename', device => $id->{phone},
             device_name => "Ann's <phone>")->status, 303, 'renamed';
is names('ann'), "Ann's <phone> tablet", 'in the store';
like account($ann)->body, qr/value="Ann(?:&#39;|&#x27;)s &lt;phone&gt;"/,
    'on the page';

is send_form($ann, action => 'rename', device => $id->{phone},
             device_name => $_)->status, 422, 'no name'
    for '', 'x' x 201, "a\nb";
is send_form($ann, action => 'rename', device_name => 'x',
             device => $_)->status, 303, 'no device'
    for '', 'xyz', '0' x 32, devices('bob')->{theirs};
is names('ann') . ' ' . names('bob'), "Ann's <phone> tablet theirs",
    'nothing changed';
is $ann->post('/login/account', { csrf => 'x', action => 'rename',
    device => $id->{phone}, device_name => 'x' })->status, 403, 'forged';
is $t->browser->post('/login/account', { action => 'rename',
    device => $id->{phone}, device_name => 'x' })->status, 403, 'a stranger';
is names('ann'), "Ann's <phone> tablet", 'nothing changed still';


# --- away

my $other = signed_in('ann', $secret{tablet});
my $before = $ann->cookie('login');
my %remove = (action => 'remove', device => $id->{phone});

is send_form($ann, %remove)->status, 422, 'without the password';
is send_form($ann, %remove, password_current => "$good!")->status, 403,
    'with a wrong one';
is told('password_wrong'), 1, 'the event';
is send_form($ann, action => 'remove', password_current => $good,
             device => $_)->status, 303, 'no device'
    for 'xyz', devices('bob')->{theirs};
is names('ann') . ' ' . names('bob'), "Ann's <phone> tablet theirs",
    'all are there';

is send_form($ann, %remove, password_current => $good)->status, 303,
    'removed';
is names('ann'), 'tablet', 'gone';
is told('mfa_device_removed'), 1, 'the event';
is $ann->get('/')->body, 'in: ann pwd,otp', 'still signed in';
isnt $ann->cookie('login'), $before, 'by another cookie';
isnt $other->get('/')->status, 200, 'nobody else is';

my $old = $t->browser;
my $again = $old->follow($old->sign_in('ann', $good));

is $old->submit($again, { code => Login::Totp::code($secret{phone},
    $t->{clock}) })->status, 403, 'its codes open nothing';


# --- a browser that is trusted

my ($status, $out, $err) = $t->command({},
    Login::Test::build_dir() . '/unit/put_factor', 'fill', $t->store,
    $t->key, 'ann');

is $status, 0, 'recovery codes, a browser' or diag $err;

$page = account($ann);
like $page->body, qr/Recovery codes left: 10/, 'how many codes';

my ($trust) = $page->body =~ /name="browser" value="([0-9a-f]{32})"/;

ok $trust, 'the browser is there';
is send_form($ann, action => 'untrust', browser => $_)->status, 303,
    'no browser' for 'xyz', '0' x 32;
is scalar @{ json('mfa', 'list', 'ann')->{trusted} }, 1, 'still trusted';
is send_form($ann, action => 'untrust', browser => $trust)->status, 303,
    'not trusted any more';
is_deeply json('mfa', 'list', 'ann')->{trusted}, [], 'in the store';
unlike account($ann)->body, qr/name="browser"/, 'nor on the page';
is told('mfa_untrusted'), 1, 'the event';
is join(' ', grep { /^mfa_(?:un|device_)/ } map { $_->{event} }
         @{ json('events', 'ann') }),
    'mfa_device_removed mfa_untrusted', 'with the account';


# --- the last sign-in is long ago

($status, $out, $err) = $t->command({},
    Login::Test::build_dir() . '/unit/put_factor', 'fill', $t->store,
    $t->key, 'ann');

is $status, 0, 'a browser is trusted again' or diag $err;
$t->cli_ok('user', 'unlock', 'ann');
($trust) = account($ann)->body =~ /name="browser" value="([0-9a-f]{32})"/;

my $again_at = $t->{clock};

$t->set_clock($again_at + 1000);

for my $form ([ action => 'rename', device => $id->{tablet},
                device_name => 'mine' ],
              [ action => 'rename', device => $id->{tablet},
                device_name => '' ],
              [ action => 'untrust', browser => $trust ])
{
    my $late = send_form($ann, @$form);

    is $late->status, 303, "$form->[1]: sign in again first";
    like $late->location, qr{/login/\?need=login&return_to=%2Flogin%2Faccount$},
        'and come back';
}

is names('ann'), 'tablet', 'the name is what it was';
is scalar @{ json('mfa', 'list', 'ann')->{trusted} }, 1, 'still trusted';

my $asked = $ann->follow(send_form($ann, action => 'untrust',
                                   browser => $trust));
is $asked->page, 'signin', 'the password';
$asked = $ann->submit($asked, { username => 'ann', password => $good });
$asked = $ann->submit($ann->follow($asked),
    { code => Login::Totp::code($secret{tablet}, $t->{clock}) })
    if $asked->location =~ m{/mfa\?};
like $asked->location, qr{/login/account$}, 'back';
is send_form($ann, action => 'untrust', browser => $trust)->status, 303,
    'then it is done';
is scalar @{ json('mfa', 'list', 'ann')->{trusted} }, 0, 'so it is';


# --- as many as there can be

$t->write_file('many', join '', map {
    "otpauth://totp/many$_:carl?secret="
    . ($_ eq 'a' ? $secret{tablet} : $secret{phone} =~ s/^G/\U$_/r) . "\n"
} 'a' .. 't');
chmod 0644, $t->dir . '/many';
$t->add_user('carl', $good);
$t->cli_ok('mfa', 'import', $t->dir . '/many');

my $carl = signed_in('carl', $secret{tablet});
my $name = $carl->get('/login/mfa/setup?return_to=/login/account',
                      follow => 1);

is scalar keys %{ devices('carl') }, 20, 'twenty devices';
is $name->page, 'mfa-name', 'one more';
$name = $carl->submit($name, { device_name => 'another' });
is $name->status, 422, 'is one too many';
like $name->alert, qr/You have as many devices as there can be\. Remove one/,
    'says so';
like $name->body, qr/L43/, 'with its code';


# --- the last one

$t->cli_ok('user', 'unlock', 'ann');
$t->reload(sprintf $conf, 'required');

%remove = (action => 'remove', device => $id->{tablet},
           password_current => $good);

my $answer = send_form($ann, %remove);

is $answer->status, 422, 'required: it stays';
like $answer->body, qr/at least one device.*L44/s, 'why';
is names('ann'), 'tablet', 'it is there';
is $ann->get('/')->body, 'in: ann pwd,otp', 'nobody is signed out';

$t->reload(sprintf $conf, 'optional');

is send_form($ann, %remove)->status, 303, 'optional: it goes';
is_deeply [ @{ json('mfa', 'list', 'ann') }{qw(devices recovery_codes)} ],
    [ [], { left => 0, made => undef } ], 'and its recovery codes';

done_testing;
