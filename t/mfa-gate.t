#!/usr/bin/perl

# A second factor beyond the sign-in: where a location needs it, where the
# organisation begins to require it, browsers that are trusted, one more
# device, registering, and a forgotten password.  Cases B05, B08, C14, D06,
# D08, D09.

use strict;
use warnings;

use JSON::PP;
use Login::Test;
use Login::Totp;


my $good = 'correct horse battery staple';
my $better = 'battery staple horse correct';
my $now = time;     # as the command line, which makes links

my $t = Login::Test->new(clock => $now, workers => 2,
    accounts => { map { $_ => $good } qw(ann bob carl dora eve fred ian jan) });

my $conf = <<'END';
login_hash memory=1m passes=1;
login_log %%DIR%%/security.log;

login_org default "Acme" {
    mfa MFA;
    login_session trust=TRUST;
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    set $who "$login_user $login_methods";

    location /mfa {
        login_require mfa;
        return 200 "mfa $who";
    }

    location /both {
        login_require mfa max_age=1h;
        return 200 "both $login_methods";
    }

    location / { return 200 "$login_user $login_methods"; }
}
END

sub conf {
    my ($mfa, $trust) = @_;
    return $conf =~ s/MFA/$mfa/r =~ s/TRUST/$trust/r;
}

$t->run(conf('required', '30d'));

Login::Test::wait_for(sub { ($t->cli('gates'))[0] == 0 });

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";

sub code { Login::Totp::code($_[0], $t->{clock}, $_[1]) }
sub tick { $t->set_clock($t->{clock} + ($_[0] // 30)) }

sub seen {
    my ($event) = @_;
    return scalar grep { $_->{event} eq $event }
        map { decode_json($_) } split /\n/, $t->read_file('security.log');
}

sub sessions {
    return scalar @{ decode_json($t->cli_ok('--json', 'session', 'list',
                                            $_[0])) };
}

sub cookies {
    return join "\n", map { ref ? @$_ : $_ } $_[0]->headers('Set-Cookie');
}

sub enrol { Login::Totp::enrol($_[0], $_[1], $t->{clock}) }


# --- steps that cross: two set-ups at once, a cookie of a step before, a
#     session that ends under its step-up

{
    my $one = $t->browser;
    my $two = $t->browser;
    my @scans = map {
        my $page = $_->follow($_->sign_in('ian', $good));
        $_->follow($_->submit($page, { device_name => 'phone' }));
    } $one, $two;
    my @secrets = map { Login::Totp::secret($_) } @scans;

    isnt $secrets[0], $secrets[1], 'two set-ups, two secrets';

    my $cookie = $one->cookie('login_flow-0');
    my $codes = $one->follow($one->submit($scans[0],
        { code => code($secrets[0]) }));
    is $codes->page, 'recovery-codes', 'the first one is there';
    is $two->submit($scans[1], { code => code($secrets[1]) })->status, 403,
        'and the other one over: a password does not add to it';
    is seen('mfa_device_added'), 1, 'one device';

    # the step before, once more: nothing of it is shown or made again

    my $again = $one->clone;
    $again->cookie('login_flow-0', $cookie);
    my $page = $again->get($scans[0]->url->{path});
    unlike $page->body, qr/$secrets[0]|totp-qr/, 'no secret any more';

    my $twice = $again->submit($scans[0], { code => '000000' }, follow => 1);
    is $twice->page, 'recovery-codes', 'sent twice: it is there already';
    is_deeply [ Login::Totp::recovery($twice) ],
        [ Login::Totp::recovery($codes) ], 'with the same codes';
    is seen('mfa_device_added'), 1, 'still one device';

    is $one->submit($codes, { saved => 1 })->status, 303, 'saved';
    is $again->submit($twice, { saved => 1 })->status, 403, 'but once';
    is sessions('ian'), 1, 'one session';

    # signed out under its step-up; and another one is in by then

    $t->reload(conf('off', '30d'));
    tick();

    my $browser = $t->browser;
    $browser->sign_in('ian', $good);
    my $asked = $browser->get('/mfa', follow => 1);
    is $asked->page, 'mfa', 'a step-up';
    $browser->sign_out;
    is $browser->submit($asked, { code => code($secrets[0]) })->status, 403,
        'that was cancelled';
    is $browser->get('/')->status, 302, 'opens nothing';

    $browser->sign_in('ian', $good);
    $asked = $browser->get('/mfa', follow => 1);
    my $switch = $browser->get('/login/?switch=1');
    $browser->submit($switch, { username => 'jan', password => $good });
    is $browser->get('/')->body, 'jan pwd', 'somebody else';
    $browser->submit($asked, { code => code($secrets[0]) });
    is $browser->get('/')->body, 'jan pwd', 'stays who it is';
    $t->reload(conf('required', '30d'));
}

# --- registering

{
    chomp(my $link = $t->cli_ok('invite', 'gus'));
    my $gus = $t->browser;
    my $page = $gus->get($link, follow => 1);
    my $r = $gus->submit($page, { name => 'Gus', password => $good,
                                  password_verify => $good });

    is $r->status, 303, 'registered';
    is $gus->cookie('login'), undef, 'without a session';
    is sessions('gus'), 0, 'of any kind';
    $page = $gus->follow($r);
    is $page->page, 'mfa-name', 'a device comes first';
    my ($secret, $recovery) = enrol($gus, $page);
    my $apps = $gus->submit($recovery, { saved => 1 }, follow => 1);
    is $apps->page, 'apps', 'then the apps';
    is $gus->get('/')->body, 'gus pwd,otp', 'in';

    # who leaves in between meets it at the next sign-in

    chomp($link = $t->cli_ok('invite', 'hal'));
    my $hal = $t->browser;
    $hal->submit($hal->get($link, follow => 1), { name => 'Hal',
        password => $good, password_verify => $good });
    my $later = $t->browser;
    is $later->follow($later->sign_in('hal', $good))->page, 'mfa-name',
        'left in between';
}

# --- a forgotten password opens nothing by itself

{
    my $eve = $t->browser;
    my ($secret, $recovery) = enrol($eve,
        $eve->follow($eve->sign_in('eve', $good)));
    $eve->submit($recovery, { saved => 1 });
    tick();

    chomp(my $link = $t->cli_ok('user', 'password', 'eve', '--link'));
    my $browser = $t->browser;
    my $page = $browser->get($link, follow => 1);
    is $page->page, 'reset', 'a link';
    my $r = $browser->submit($page, { password => $better,
        password_verify => $better }, follow => 1);
    is $r->page, 'signin', 'the new password';
    is $browser->get('/')->status, 302, 'no session';
    tick();
    $page = $browser->follow($browser->sign_in('eve', $better));
    is $page->page, 'mfa', 'the code is asked for all the same';
    is $browser->submit($page, { code => code($secret) })->status, 303, 'in';
}

$t->reload(conf('optional', '30d'));

# --- optional: nobody has to, and whoever wants to may

my $ann = $t->browser;
my $secret;

{
    is $ann->sign_in('ann', $good, '/')->location, "$origin/", 'no device';
    is $ann->get('/')->body, 'ann pwd', 'a password is enough';

    my $old = $ann->cookie('login');
    my $r = $ann->get('/mfa', follow => 1);

    is $r->page, 'mfa-name', 'a location that needs it leads to the set-up';

    my $recovery;
    ($secret, $recovery) = enrol($ann, $r);
    is $recovery->page, 'recovery-codes', 'set up';

    my $back = $ann->follow($ann->submit($recovery, { saved => 1 }));
    is $back->body, 'mfa ann pwd,otp', 'and back to where it was';
    isnt $ann->cookie('login'), $old, 'a new session';

    $ann->cookie('login', $old);
    is $ann->get('/')->status, 302, 'the old one is none any more';
}

# --- step-up of a session: a new id, and the old one is dead

{
    my $browser = $t->browser;
    tick();

    # with "trust" the browser is not asked, but the location does

    my $page = $browser->follow($browser->sign_in('ann', $good, '/'));
    is $page->page, 'mfa', 'now a sign-in asks for a code';
    like $page->body, qr/name="trust"/, 'and may trust the browser';
    my $r = $browser->submit($page, { code => code($secret), trust => 1 });
    is $r->status, 303, 'trusted';
    like cookies($r),
        qr{login_trust=[\w-]+;\ Path=/;\ Max-Age=2592000;
           \ HttpOnly;\ SameSite=Lax}x,
        'by a cookie of its own';
    is seen('mfa_trusted'), 1, 'the event';
    $browser->sign_out;
    tick();

    is $browser->sign_in('ann', $good, '/')->location, "$origin/",
        'not asked again here';
    is $browser->get('/')->body, 'ann pwd', 'which is no second factor';

    my $asked = $browser->get('/mfa');
    is $asked->status, 302, 'a location wants one';
    is $asked->location, "${portal}?need=mfa&return_to=%2Fmfa", 'and says so';
    like $browser->fetch('/mfa')->body, qr/"login_url":"[^"]*need=mfa/,
        'programs are told as well';

    my $old = $browser->cookie('login');
    my $auth = decode_json($browser->get('/login/session')->body)->{auth_time};

    tick(100);
    $page = $browser->follow($asked);
    is $page->page, 'mfa', 'the code, without the password';
    is $browser->submit($page, { code => '000000' })->status, 403, 'wrong';
    is $browser->get('/mfa')->status, 302, 'not in';

    $r = $browser->submit($page, { code => code($secret) });
    is $r->location, "$origin/mfa", 'right, and back';
    is $browser->get('/mfa')->body, 'mfa ann pwd,otp', 'in';
    isnt $browser->cookie('login'), $old, 'by another session';
    is seen('mfa_stepped_up'), 1, 'the event';
    is decode_json($browser->get('/login/session')->body)->{auth_time}, $auth,
        'which is not younger for it';

    my $thief = $t->browser;
    $thief->cookie('login', $old);
    is $thief->get('/')->status, 302, 'the old one is dead';

    # sent again: it made its session

    is $browser->submit($page, { code => code($secret) })->location,
        "$origin/mfa", 'a second time: back to where it led';

    # max_age: signs in again, whatever the second factor

    tick(3600);
    $page = $browser->get('/both', follow => 1);
    is $page->page, 'signin', 'the password again';
    is $page->url->{path}, '/login/?need=login&return_to=%2Fboth', 'for that';
    $page = $browser->submit($page, { username => 'ann', password => $good },
                             follow => 1);
    is $page->page, 'mfa', 'then the code, trusted or not';
    is $browser->submit($page, { code => code($secret) }, follow => 1)->body,
        'both pwd,otp', 'and back';

    # a stolen cookie of the trust is of no use for others, or without it

    my $token = $browser->cookie('login_trust');
    tick();
    for my $who ('bob', 'ann') {
        my $thief = $t->browser;
        $thief->cookie('login_trust', $who eq 'bob' ? $token : 'A' x 80);
        my $r = $thief->follow($thief->sign_in($who, $good, '/'));
        is $r->page // $r->body, $who eq 'bob' ? 'bob pwd' : 'mfa',
            "$who with a cookie that is none of theirs";
    }

    # nor after 30 days, nor where none is trusted

    my $again = $browser->clone;
    $again->sign_out;
    is $again->sign_in('ann', $good, '/')->location, "$origin/", 'trusted';
    $again->sign_out;
    $t->reload(conf('optional', '0'));
    $page = $again->follow($again->sign_in('ann', $good, '/'));
    is $page->page, 'mfa', 'trust=0: nobody is';
    unlike $page->body, qr/name="trust"/, 'nor may be';
    $t->reload(conf('optional', '30d'));
    tick(31 * 86400);
    $again->cookie('login_trust', $token);
    is $again->follow($again->sign_in('ann', $good, '/'))->page, 'mfa',
        '30 days later';

    # on a shared computer nothing is remembered

    my $shared = $t->browser;
    $page = $shared->follow($shared->sign_in('ann', $good, '/', shared => 1));
    unlike $page->body, qr/name="trust"/, 'shared: not offered';
    tick();
    $r = $shared->submit($page, { code => code($secret), trust => 1 });
    is $shared->cookie('login_trust'), undef, 'and not taken';
    unlike cookies($r), qr/^login=[^\n]*Max-Age/m, 'nor is the session';
}

# --- off: nobody is asked, but by a location that needs it

{
    $t->reload(conf('off', '30d'));
    my $browser = $t->browser;
    tick();

    is $browser->sign_in('ann', $good, '/')->location, "$origin/",
        'off: no code';
    my $page = $browser->get('/mfa', follow => 1);
    is $page->page, 'mfa', 'but where it is needed';
    is $browser->submit($page, { code => code($secret) }, follow => 1)->body,
        'mfa ann pwd,otp', 'in';

    # no device, and the password is long ago: it comes first

    my $bob = $t->browser;
    $bob->sign_in('bob', $good, '/');
    tick(901);
    $page = $bob->get('/mfa', follow => 1);
    is $page->page, 'signin', 'a session found open sets up no device';
    $page = $bob->submit($page, { username => 'bob', password => $good },
                         follow => 1);
    is $page->page, 'mfa-name', 'the owner does';
}

# --- required, while people are signed in

{
    my $carl = $t->browser;
    $t->reload(conf('optional', '30d'));
    $carl->sign_in('carl', $good, '/');
    my $dora = $t->browser;
    $dora->sign_in('dora', $good, '/');

    $t->reload(conf('required', '30d'));

    is $carl->get('/')->body, 'carl pwd', 'the gate lets them go on';

    for my $path (qw(apps account)) {
        my $r = $carl->get("/login/$path");
        is $r->status, 303, "$path: they meet it";
        is $r->location, "${portal}?need=mfa&return_to=%2Flogin%2F$path",
            'at the next look at the portal';
    }

    is $carl->get('/login/')->location =~ s/f=[\w-]+/f=/r,
        "${portal}mfa/setup?f=", 'and at the sign-in page';

    my $page = $carl->get('/login/apps', follow => 1);
    is $page->page, 'mfa-name', 'the password was shown just now';
    my (undef, $recovery) = enrol($carl, $page);
    is $carl->submit($recovery, { saved => 1 }, follow => 1)->page, 'apps',
        'and on';

    tick(1000);
    is $dora->get('/login/apps', follow => 1)->page, 'signin',
        'where it was not: the password first';

    my $in = $t->browser;
    is $in->follow($in->sign_in('dora', $good, '/'))->page, 'mfa-name',
        'a new sign-in';
}

# --- one more device, and what becomes of all other sessions

{
    my $one = $t->browser;
    my $two = $t->browser;

    for my $browser ($one, $two) {
        tick();
        $browser->submit($browser->follow($browser->sign_in('ann', $good)),
                         { code => code($secret), trust => 1 });
        is $browser->get('/')->body, 'ann pwd,otp', 'in';
    }

    my $name = $one->get('/login/mfa/setup', follow => 1);
    is $name->page, 'mfa-name', 'one more device';
    tick(1);

    my ($other, $recovery) = enrol($one, $name);
    isnt $other, $secret, 'with a secret of its own';
    is $two->get('/')->status, 302, 'all other sessions have ended';
    $one->submit($recovery, { saved => 1 });
    is $one->get('/')->body, 'ann pwd,otp', 'this one goes on';
    tick();

    for ($secret, $other) {
        my $browser = $t->browser;
        my $page = $browser->follow($browser->sign_in('ann', $good));
        is $browser->submit($page, { code => code($_) })->status, 303,
            'either code';
    }

    is $two->follow($two->sign_in('ann', $good))->page, 'mfa',
        'and no browser is trusted any more';

    # not right behind a sign-in: the password again

    tick(1000);
    is $one->get('/login/mfa/setup')->location,
        "${portal}?need=login&return_to=%2Flogin%2Fmfa%2Fsetup",
        'a session found open adds none';
    is $t->browser->get('/login/mfa/setup')->location,
        "${portal}?return_to=%2Flogin%2Fmfa%2Fsetup", 'nor does nobody';

    # nor by a trusted browser, which has shown a password only

    my $browser = $t->browser;
    tick();
    $browser->submit($browser->follow($browser->sign_in('ann', $good)),
                     { code => code($secret), trust => 1 });
    $browser->sign_out;
    tick();
    $browser->sign_in('ann', $good);
    is $browser->get('/')->body, 'ann pwd', 'trusted';
    is $browser->get('/login/mfa/setup', follow => 1)->page, 'mfa',
        'a device has to agree first';
}

# --- side doors: basic authentication opens nothing

{
    my $basic = 'Basic YW5uOmNvcnJlY3QgaG9yc2U=';
    is $t->browser->get('/', headers => { Authorization => $basic })->status,
        302, 'no basic authentication';
    is $t->browser->post('/login/mfa', { code => 1 })->status, 403,
        'a code and no sign-in';
    is $t->browser->post('/login/mfa/setup', { saved => 1 })->status, 403,
        'saved, and no sign-in';
    is $t->browser->get('/login/mfa')->page, 'signin', 'the page of none';
}

# --- mails

SKIP: {
    require Login::Mail;
    my $missing = Login::Mail::missing();
    skip $missing, 1 if $missing;

    my $relay = Login::Mail->new;
    my $port = $relay->port;

    $t->cli_ok('user', 'set', 'fred', '--email', 'fred@example.com');
    $t->reload("login_mail smtp://127.0.0.1:$port starttls=off;\n"
               . conf('required', '30d'));

    my $fred = $t->browser;
    my ($secret, $recovery) = enrol($fred,
        $fred->follow($fred->sign_in('fred', $good)));
    my @codes = Login::Totp::recovery($recovery);
    $fred->submit($recovery, { saved => 1 });

    my @mails = $relay->wait_mails(1);
    like $mails[0]{text}, qr/to confirm sign-ins as fred: phone/,
        'a device was added';

    my $other = $t->browser;
    my $page = $other->follow($other->sign_in('fred', $good));
    $page = $other->get(($page->body =~ /href="([^"]*use=recovery[^"]*)"/)[0]
                        =~ s/&amp;/&/gr);
    is $other->submit($page, { code => $codes[3] })->status, 303, 'recovery';

    # the new browser as well

    @mails = grep { $_->{subject} =~ /recovery/ } $relay->wait_mails(3);
    is scalar @mails, 1, 'a recovery code was used';
    like $mails[0]{text}, qr/Codes left: 9/, 'how many are left';
}

# its clock is ahead of that of the command line

my (undef, $findings) = $t->cli('check');

is join('', grep { /^\d/ && !/^\d+ clock / } split /^/, $findings), '',
    'nothing wrong with the store';

done_testing;
