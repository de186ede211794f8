#!/usr/bin/perl

# The second factor: set up before the session, asked for at the sign-in, and
# by recovery codes.  Cases D03, D05, D06, D07, B05, B08.

use strict;
use warnings;
use utf8;

use JSON::PP;
use Login::Test;
use Login::Totp;


my $good = 'correct horse battery staple';
my $now = 30 * int((time - 86400) / 30);

my $t = Login::Test->new(clock => $now, workers => 4,
    accounts => { ann => $good, bob => $good });

my $conf = <<'END';
login_hash memory=1m passes=1;
login_log %%DIR%%/security.log;

login_org default "Acme Corporation" {
    mfa required;
    contact "it@acme.example";
}

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "$login_user $login_methods"; }
}
END

$t->run($conf);

my $portal = 'http://localhost:' . $t->port . '/login/';

sub code { Login::Totp::code($_[0], $t->{clock}, $_[1]) }

sub tick { $t->set_clock($t->{clock} + ($_[0] // 30)) }

sub events {
    return grep { $_->{event} =~ /^(?:mfa|signin|registered)/ }
        map { decode_json($_) } split /\n/, $t->read_file('security.log');
}

sub last_event { (events())[-1]{event} }


# --- set-up comes before the session

my ($secret, @codes);
my $ann = $t->browser;

{
    my $r = $ann->sign_in('ann', $good, '/deep?a=1');

    is $r->status, 303, 'the right password';
    like $r->location, qr{^\Q$portal\Emfa/setup\?f=[\w-]{16}&return_to=%2Fdeep},
        'leads to the set-up';
    like $r->header('Set-Cookie'), qr{^login_flow-0=[\w-]+;\ Path=/;
        \ Max-Age=3600;\ HttpOnly;\ SameSite=Lax$}x, 'with a cookie';
    is $ann->cookie('login'), undef, 'and no session';
    is $ann->get('/')->status, 302, 'the gate is shut';
    is last_event(), 'mfa_asked', 'the event';

    my $name = $ann->follow($r);

    is $name->status, 200, 'the page';
    is $name->page, 'mfa-name', 'asks for a name';
    is $ann->submit($name, { device_name => '' })->status, 422, 'no name';
    is $ann->submit($name, { device_name => 'x' x 201 })->status, 422,
        'too long a name';
    is $ann->submit($name, { device_name => "a\x01b" })->status, 422,
        'no name at all';

    $r = $ann->submit($name, { device_name => "Ann's <phone>" });
    is $r->status, 303, 'named';

    my $scan = $ann->follow($r);
    $secret = Login::Totp::secret($scan);

    is $scan->page, 'mfa-scan', 'the next page';
    is $scan->header('Cache-Control'), 'no-store', 'not kept';
    is length $secret, 32, '160 bits';
    like $scan->body, qr/id="totp-secret"[^>]*>(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}</,
        'in groups of four';
    my ($link) = $scan->body =~ /id="totp-link" href="([^"]*)"/;
    $link =~ s/&amp;/&/g;
    like $link, qr{^otpauth://totp/Acme%20Corporation:ann\?secret=$secret&
        issuer=Acme%20Corporation}x, 'the key URI';
    like $scan->body, qr/<svg id="totp-qr"[^>]*viewBox="0 0 \d+ \d+"/, 'a QR';
    like $scan->body, qr/id="code"\ name="code"\ type="text"
        \ inputmode="numeric"\ autocomplete="one-time-code"
        [^>]*dir="ltr"/x, 'the field';
    unlike $scan->body, qr/pattern=/, 'without a pattern';

    # the same after all that people do

    is Login::Totp::secret($ann->get($scan->url->{path})), $secret, 'reloaded';
    is Login::Totp::secret($ann->follow($ann->submit($name,
        { device_name => 'other' }))), $secret, 'gone back, another name';

    my $wrong = $ann->submit($scan, { code => '000000' });
    is $wrong->status, 403, 'a wrong code';
    is $wrong->page, 'mfa-scan', 'the page again';
    like $wrong->body, qr/role="alert".*L40/s, 'says so';
    is Login::Totp::secret($wrong), $secret, 'with the same secret';
    is last_event(), 'mfa_wrong', 'the event';
    is $ann->submit($scan, { code => '' })->status, 422, 'no code';
    is $ann->get('/')->status, 302, 'still no session';
    is decode_json($t->cli_ok('--json', 'session', 'list', 'ann'))->[0],
        undef, 'none at all';

    my $done = $ann->submit($scan, { code => code($secret) });

    is $done->status, 303, 'the right one';
    is $ann->cookie('login'), undef, 'no session yet';
    is last_event(), 'mfa_device_added', 'the event';

    my $recovery = $ann->follow($done);
    @codes = Login::Totp::recovery($recovery);

    is $recovery->page, 'recovery-codes', 'the recovery codes';
    is scalar @codes, 10, 'ten of them';
    is_deeply [ Login::Totp::recovery($ann->get($recovery->url->{path})) ],
        \@codes, 'the same until they are saved';
    is $ann->get('/')->status, 302, 'no session before that';

    my ($form) = grep { $_->{fields}{download} } $recovery->forms;
    my $file = $ann->submit($recovery, {}, form => $form);
    is $file->status, 200, 'the file';
    is $file->header('Content-Type'), 'text/plain; charset=utf-8', 'of text';
    like $file->header('Content-Disposition'), qr/^attachment; filename=/,
        'to be kept';
    is_deeply [ $file->body =~ /^([0-9a-z-]{19})\r$/mg ], \@codes,
        'the same codes';

    is $ann->submit($recovery, { saved => '' })->status, 422, 'not saved';

    my $in = $ann->submit($recovery, { saved => 1 });
    is $in->status, 303, 'saved';
    is $in->location, 'http://localhost:' . $t->port . '/deep?a=1', 'and back';
    is $ann->cookie('login_flow-0'), undef, 'the flow is over';
    is $ann->get('/')->body, 'ann pwd,otp', 'signed in';
    is last_event(), 'signin', 'the event';

    # once more: there is nothing left of it

    is $ann->submit($recovery, { saved => 1 })->status, 303,
        'sent twice: back again';
    is scalar @{ decode_json($t->cli_ok('--json', 'session', 'list', 'ann')) },
        1, 'one session';
}


# --- the code at the sign-in

sub ask {
    my ($browser, $who, @more) = @_;

    return $browser->follow($browser->sign_in($who, $good, @more));
}

{
    my $browser = $t->browser;

    # the code of the set-up was used by that

    my $page = ask($browser, 'ann', '/x');
    is $page->page, 'mfa', 'a code is asked for';
    like $page->body, qr/it\@acme\.example/, 'says whom to ask';
    is $browser->submit($page, { code => code($secret) })->status, 403,
        'the code of the set-up is used';
    is $browser->get('/')->status, 302, 'no session';

    tick();

    for my $code (undef, '', ' ', 'abcdef', '12345', '1234567', '٠٠٠٠٠٠',
        code($secret, -3), code($secret, -2), code($secret, 2),
        code($secret, 3))
    {
        my $r = $browser->submit($page, { code => $code });

        is $r->status, !length($code // '') ? 422 : 403,
            'refused: ' . JSON::PP->new->ascii->allow_nonref->encode($code);
        is $r->page, 'mfa', 'the page again';
        tick(3601) if $code && $code =~ /^\d{6}$/;
        $page = ask($browser, 'ann', '/x');
    }

    my $right = code($secret);
    my $r = $browser->submit($page, { code => " $right " =~ s/(...)/$1 /r });
    is $r->status, 303, 'the right one, with spaces';
    is $r->location, 'http://localhost:' . $t->port . '/x', 'and back';
    is $browser->get('/')->body, 'ann pwd,otp', 'in';

    # again, in each way

    my $other = $t->browser;
    is $other->submit(ask($other, 'ann'), { code => $right })->status, 403,
        'the same code again';
    tick();
    is $other->submit(ask($other, 'ann'), { code => $right })->status, 403,
        'in the next step, of which it is the neighbour';
    $t->reload;
    is $other->submit(ask($other, 'ann'), { code => $right })->status, 403,
        'after a reload';
    $t->set_clock($t->{clock} - 90);
    is $other->submit(ask($other, 'ann'), { code => code($secret) })->status,
        403, 'a step before it, with the clock set back';
    tick(300);

    # digits of other scripts

    for my $zero (0x660, 0x6f0, 0x966, 0xff10, 0x1d7ce) {
        my $browser = $t->browser;
        my $code = join '', map { chr($zero + $_) } split //, code($secret);

        is $browser->submit(ask($browser, 'ann'), { code => $code })->status,
            303, sprintf('digits from U+%04X on', $zero);
        tick();
    }
}


# --- recovery codes

{
    my $browser = $t->browser;
    my $page = ask($browser, 'ann', '/y');
    my ($use) = $page->body =~ /href="([^"]*use=recovery[^"]*)"/;

    $page = $browser->get($use =~ s/&amp;/&/gr);

    is $page->page, 'mfa', 'the page for recovery codes';
    is $browser->submit($page, { code => code($secret) })->status, 403,
        'takes no code of a device';
    is $browser->submit($page, { code => 'aaaa-aaaa-aaaa-aaaa' })->status, 403,
        'nor any other';

    my $r = $browser->submit($page, { code => uc($codes[0]) =~ s/-/ /gr });
    is $r->status, 303, 'one of them, typed carelessly';
    is $r->location, 'http://localhost:' . $t->port . '/y', 'and back';
    is $browser->get('/')->body, 'ann pwd,rec', 'in';
    ok scalar(grep { $_->{event} eq 'mfa_recovery' } events()), 'the event';

    my $other = $t->browser;
    $page = ask($other, 'ann');
    $page = $other->get(($page->body =~ /href="([^"]*use=recovery[^"]*)"/)[0]
                        =~ s/&amp;/&/gr);
    is $other->submit($page, { code => $codes[0] })->status, 403, 'used up';
    is $other->submit($page, { code => $codes[1] })->status, 303,
        'the next one';

    for (@codes) {
        unlike $t->read_file('store/data.mdb'), qr/\Q$_/, 'none in the store';
    }

    unlike $t->read_file('store/data.mdb'), qr/\Q$secret/, 'nor the secret';
    unlike $t->read_file('store/data.mdb'),
        qr/\Q@{[ Login::Totp::decode($secret) ]}/, 'in any form';
}

$t->cli_ok('check');

done_testing;
