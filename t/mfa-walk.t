#!/usr/bin/perl

# The steps between the password and the session, over HTTP: each state with
# each form, in every order, with what belongs to others, too late, too
# often.  A session comes of the right ones alone.  Cases D01, D05, B05.

use strict;
use warnings;

use JSON::PP;
use Login::Test;
use Login::Totp;


my $good = 'correct horse battery staple';

my $t = Login::Test->new(clock => 30 * int((time - 86400) / 30), workers => 2);

$t->run(<<'END');
login_hash memory=1m passes=1;
login_log %%DIR%%/security.log;
login_org default "Acme" { mfa required; }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "$login_user $login_methods"; }
}
END

my $people = 0;

sub code { Login::Totp::code($_[0], $t->{clock}, $_[1]) }
sub tick { $t->set_clock($t->{clock} + ($_[0] // 30)) }

sub person {
    my $who = 'p' . ++$people;

    $t->add_user($who, $good);

    return $who;
}

sub seen {
    my ($event) = @_;
    return scalar grep { $_->{event} eq $event }
        map { decode_json($_) } split /\n/, $t->read_file('security.log');
}

sub sessions {
    return scalar @{ decode_json($t->cli_ok('--json', 'session', 'list',
                                            $_[0])) };
}

sub first_page {
    my ($browser, $who) = @_;
    return $browser->follow($browser->sign_in($who, $good, '/there'));
}


# Somebody with a device, signed out again: name, secret, recovery codes.

sub owner {
    my $who = person();
    my $browser = $t->browser;
    my ($secret, $page) = Login::Totp::enrol($browser,
        first_page($browser, $who), $t->{clock});
    my @codes = Login::Totp::recovery($page);

    $browser->submit($page, { saved => 1 });
    $browser->sign_out;
    tick();

    return ($who, $secret, @codes);
}


# A browser in one of the states: { browser, page, who, secret, codes }.

sub reach {
    my ($state) = @_;

    my $browser = $t->browser;
    my %at = (browser => $browser, secret => 'A' x 32, codes => []);

    if ($state eq 'mfa') {
        my @codes;

        ($at{who}, $at{secret}, @codes) = owner();
        $at{codes} = \@codes;
        $at{page} = first_page($browser, $at{who});

    } else {
        $at{who} = person();
        $at{page} = first_page($browser, $at{who});

        $at{page} = $browser->follow($browser->submit($at{page},
            { device_name => 'phone' })) if $state ne 'mfa-name';
        $at{secret} = Login::Totp::secret($at{page}) if $state ne 'mfa-name';
        $at{page} = $browser->follow($browser->submit($at{page},
            { code => code($at{secret}) })) if $state eq 'recovery-codes';
        $at{codes} = [ Login::Totp::recovery($at{page}) ];
    }

    is $at{page}->page, $state, "$state: reached";

    $at{csrf} = $at{page}->csrf;
    ($at{f}) = $at{page}->url->{path} =~ /[?&]f=([\w-]+)/;

    return \%at;
}


# What may be sent, to either address.

my %forms = (
    'right code'    => sub { { code => code($_[0]{secret}) } },
    'wrong code'    => sub { { code => '000000' } },
    'empty code'    => sub { { code => '' } },
    'recovery code' => sub { { code => $_[0]{codes}[0] // 'aaaa-aaaa-aaaa' } },
    'name'          => sub { { device_name => 'another' } },
    'saved'         => sub { { saved => 1 } },
    'download'      => sub { { download => 1 } },
    'nothing'       => sub { { } },
    'all'           => sub { { code => code($_[0]{secret}), saved => 1,
                               device_name => 'x' } },
);

my %places = (
    'mfa'      => 'mfa?f=',
    'recovery' => 'mfa?use=recovery&f=',
    'setup'    => 'mfa/setup?f=',
);

# What opens: state, address, form.

my %opens = map { $_ => 1 } 'mfa mfa right code', 'mfa mfa all',
    'mfa recovery recovery code', 'recovery-codes setup saved',
    'recovery-codes setup all';


sub send_form {
    my ($at, $place, $fields, %opt) = @_;

    return $at->{browser}->post('/login/' . $places{$place}
        . ($opt{f} // $at->{f}),
        { csrf => $opt{csrf} // $at->{csrf}, %$fields },
        base => { %{ $at->{page}->url } });
}


for my $state ('mfa', 'mfa-name', 'mfa-scan', 'recovery-codes') {
    my $at = reach($state);

    for my $place (sort keys %places) {
        for my $form (sort keys %forms) {
            my $opens = $opens{"$state $place $form"};
            my $fields = $forms{$form}->($at);
            my $what = "$state, $place, $form";

            # without its csrf, as another browser, without its cookie: never

            my $r = send_form($at, $place, $fields, csrf => 'x');
            is $r->status, 403, "$what: forged";

            my $stranger = $t->browser;
            my $page = $stranger->get('/login/');
            $stranger->cookie("login_flow-$_",
                $at->{browser}->cookie("login_flow-$_")) for 0;
            $r = send_form({ %$at, browser => $stranger,
                             csrf => $page->csrf }, $place, $fields);
            is $r->status, 403, "$what: another browser";
            is $stranger->get('/')->status, 302, "$what: not in";

            my $bare = $at->{browser}->clone;
            $bare->cookie('login_flow-0', undef);
            $r = send_form({ %$at, browser => $bare }, $place, $fields);
            is $r->status, 403, "$what: no flow";
            is $bare->get('/')->status, 302, "$what: not in";

            my $browser = $at->{browser};
            $r = send_form($at, $place, $fields);

            if ($opens) {
                is $r->status, 303, "$what: taken";
                is $browser->get('/')->status, 200, "$what: in";

            } else {
                like $r->status, qr/^(?:200|303|403|422)$/, "$what: not";
                is $browser->get('/')->status, 302, "$what: not in";
                is sessions($at->{who}), 0, "$what: no session";
            }

            # one that has moved on begins anew; nor may it run into the limit

            my ($moved) = grep { $_->{name} =~ /flow/ } $r->cookies;

            $at = reach($state) if $moved || $form =~ /code/;
        }
    }
}

cmp_ok seen('mfa_forged'), '>', 50, 'the events of forged forms';
cmp_ok seen('mfa_over'), '>', 50, 'and of flows that are none';


# --- every order of the four steps that there are: one leads in

sub orders {
    my (@left) = @_;

    return [] unless @left;

    return map {
        my $i = $_;
        my @rest = @left[grep { $_ != $i } 0 .. $#left];
        map { [ $left[$i], @$_ ] } orders(@rest);
    } 0 .. $#left;
}

for my $order (orders('name', 'scan', 'saved', 'mfa')) {
    my $browser = $t->browser;
    my $who = person();
    my $page = first_page($browser, $who);
    my ($f) = $page->url->{path} =~ /f=([\w-]+)/;
    my $csrf = $page->csrf;
    my $secret = 'A' x 32;
    my $done = '';

    for my $step (@$order) {
        my $fields = $step eq 'name' ? { device_name => 'phone' }
            : $step eq 'saved' ? { saved => 1 } : { code => code($secret) };

        my $r = $browser->post('/login/' . ($step eq 'mfa' ? 'mfa' :
            'mfa/setup') . "?f=$f", { csrf => $csrf, %$fields });

        $done .= "$step " if $r->status == 303;

        my $in = $browser->get('/')->status == 200;

        is $in ? 1 : 0, $done =~ /name scan saved/ ? 1 : 0, "@$order: $step";

        $page = $browser->get("/login/mfa/setup?f=$f", follow => 1);
        $secret = Login::Totp::secret($page) // $secret;
    }

    is $done =~ /saved/ ? 1 : 0,
        join(' ', grep { $_ ne 'mfa' } @$order) eq 'name scan saved' ? 1 : 0,
        "@$order: in by the right one only";
}


# --- flows of one with codes of another, in one browser

{
    my ($ann, $hers) = owner();
    my ($bob, $his) = owner();
    my $browser = $t->browser;
    my $one = first_page($browser, $ann);
    my $two = first_page($browser, $bob);

    isnt $one->url->{path}, $two->url->{path}, 'two tabs';
    is $browser->submit($one, { code => code($his) })->status, 403,
        'his code in hers';
    is $browser->submit($two, { code => code($hers) })->status, 403,
        'hers in his';

    my ($f) = $two->url->{path} =~ /f=([\w-]+)/;
    is $browser->get('/')->status, 302, 'nobody is in';

    is $browser->submit($two, { code => code($his) })->status, 303, 'his own';
    is $browser->get('/')->body, "$bob pwd,otp", 'is his session';

    # she goes on in the other tab: another account, which takes its place

    is $browser->submit($one, { code => code($hers) })->status, 303, 'hers';
    is $browser->get('/')->body, "$ann pwd,otp", 'is hers';
    is sessions($bob), 0, 'and his has ended';
}


# --- too late

for my $row ([ 'mfa', 900 ], [ 'mfa-name', 3600 ], [ 'recovery-codes', 3600 ])
{
    my ($state, $seconds) = @$row;
    my $at = reach($state);
    my %right = ('mfa' => 'right code', 'mfa-name' => 'name',
                 'recovery-codes' => 'saved');
    my $place = $state eq 'mfa' ? 'mfa' : 'setup';

    tick($seconds - 1);
    is $at->{browser}->get("/login/$places{$place}$at->{f}")->page, $state,
        "$state: a second before its end";
    tick(1);
    my $r = send_form($at, $place, $forms{ $right{$state} }->($at));
    is $r->status, 403, "$state: over";
    is $r->page, 'signin', 'signs in anew';
    like $r->body, qr/role="alert".*L41/s, 'and is told why';
    is $at->{browser}->get('/')->status, 302, 'not in';
}


# --- what happens to the account meanwhile

for my $what ('password', 'disable', 'remove', 'revoke') {
    for my $state ('mfa', 'mfa-name') {
        my $at = reach($state);

        $t->cli_ok({ stdin => "$good$good\n" }, 'user', 'password',
            $at->{who}, '--stdin') if $what eq 'password';
        $t->cli_ok('user', $what, $at->{who}) if $what =~ /^(?:dis|rem)/;
        $t->cli_ok('session', 'revoke', $at->{who}) if $what eq 'revoke';

        my $r = $state eq 'mfa' ? send_form($at, 'mfa',
                                      { code => code($at->{secret}) })
            : send_form($at, 'setup', { device_name => 'x' });

        is $r->status, 403, "$what, $state: over";
        is $at->{browser}->get('/')->status, 302, 'not in';
    }
}


# --- five at most

{
    my ($who, $secret) = owner();
    my $browser = $t->browser;
    my @pages;

    for (1 .. 6) {
        push @pages, first_page($browser, $who);
        tick(1);
    }

    is scalar(grep { defined $browser->cookie("login_flow-$_") } 0 .. 9), 5,
        'five cookies';
    is $browser->submit($pages[0], { code => '000000' })->page, 'signin',
        'the oldest has gone';
    tick();
    is $browser->submit($pages[3], { code => code($secret) })->status, 303,
        'another one is good';
}


# --- ten wrong ones, whatever else changes

{
    my ($who, $secret, @codes) = owner();
    my $browser = $t->browser;
    my $page = first_page($browser, $who);

    is $browser->submit($page, { code => '00000' . $_ % 10 })->status, 403,
        'wrong' for 1 .. 4;

    # a new flow, another browser, another network, a right password

    for (1 .. 6) {
        my $other = $t->browser;
        is $other->submit(first_page($other, $who),
            { code => '11111' . $_ % 10 })->status, 403, 'wrong again';
    }

    for my $b ($browser, $t->browser) {
        my $r = $b->submit(first_page($b, $who), { code => code($secret) });
        is $r->status, 429, 'not even looked at';
        like $r->header('Retry-After'), qr/^3[0-9]{3}$/, 'for an hour';
        like $r->body, qr/L42/, 'says so';
        is $b->get('/')->status, 302, 'not in';
    }

    $page = first_page($browser, $who);
    my $use = ($page->body =~ /href="([^"]*use=recovery[^"]*)"/)[0];
    $page = $browser->get($use =~ s/&amp;/&/gr);
    is $browser->submit($page, { code => $codes[0] })->status, 429,
        'nor a recovery code';
    is seen('mfa_limited'), 3, 'the events';
    $t->reload;
    tick(3600);
    is $browser->submit(first_page($browser, $who),
        { code => code($secret) })->status, 303, 'an hour later';
}


# --- the store cannot be written: nobody gets in, nobody is told

{
    my ($who, $secret) = owner();
    my $browser = $t->browser;
    my $page = first_page($browser, $who);

    $t->hold_store;

    for my $code ('000000', code($secret)) {
        my $r = $browser->submit($page, { code => $code });
        is $r->status, 503, 'neither yes nor no';
        is $r->page, 'error', 'the page';
    }

    is $browser->get('/')->status, 302, 'not in';
    $t->release_store;
    cmp_ok seen('mfa_fault'), '>=', 2, 'the events';
    is $browser->submit($page, { code => code($secret) })->status, 303,
        'then it is as before';
}

$t->cli_ok('check');

done_testing;
