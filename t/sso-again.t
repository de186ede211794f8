#!/usr/bin/perl

# By itself the next time: who signed in through a provider is sent there when
# they come back without a session, once, and never against their will.

use strict;
use warnings;

use Login::Provider;
use Login::Test;


if (my $why = Login::Provider::missing()) {
    plan(skip_all => $why);
}

my $password = 'correct horse battery staple';
my ($one, $two) = map { Login::Provider->new($_) } qw(one two);

my $t = Login::Test->new(clock => time);

$t->add_user('pat@example.com', $password, '--org', 'globex');
$t->add_user('old@example.com', $password, '--org', 'acme');

my $blocks = join "\n", map { $_->block($t, 'provision on;') } $one, $two;

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location / { return 200 "canary $login_principal"; }
    location /fresh { login_require max_age=1m; return 200 "canary"; }
}
END

my $hash = 'login_hash memory=1m passes=1;';
my $globex = 'login_org globex "Globex" { }';

sub conf {
    my ($acme) = @_;

    return "$hash $blocks login_org acme \"Acme\" { $acme } $globex $server";
}

$t->run(conf('password off; provider two one;'));
$_->register($t) for $one, $two;

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";
my %page = (headers => { Accept => 'text/html' });


# Somebody who is in, through "one".

sub in {
    my ($browser, $more) = @_;

    my $page = $browser->get("${portal}sso/one?org=acme" . ($more // ''),
                             follow => 1);

    $browser->get("${portal}session")->status == 200
        or die "not signed in: " . $page->body;

    return $browser;
}

# They come back without their session.

sub lost {
    my ($browser) = @_;

    $browser->cookie(login => undef);

    return $browser;
}

sub at {
    my ($page) = @_;

    my $url = $page->url;

    return $url unless ref $url;

    return "$url->{scheme}://$url->{host}:$url->{port}$url->{path}";
}

sub buttons { [ $_[0]->body =~ /class="button provider" href="([^"]*)"/g ] }

my $silent = qr{^http://one\.localhost:\d+/auth\?.*&prompt=none(?:&|$)};


# --- in without typing

{
    my $browser = in($t->browser);
    my $cookie = $browser->cookie('login_last');

    ok($cookie, 'a cookie');
    unlike($cookie, qr/acme|one/, 'that says nothing in clear text');

    is($browser->get("$origin/deep?a=1", %page)->status, 200, 'in');

    lost($browser);

    my $answer = $browser->get("$origin/deep?a=1", %page);

    is($answer->location, "${portal}?return_to=%2Fdeep%3Fa%3D1",
       'to the sign-in page');

    $answer = $browser->get($answer->location);
    is($answer->status, 303, 'and on');
    like($answer->location, $silent, 'to the provider, which asks nobody');

    $answer = $browser->get($answer->location, follow => 1);
    is(at($answer), "$origin/deep?a=1", 'and back to the page');
    like($answer->body, qr{^canary acme/}, 'in without typing');
}


# --- who had a password before is invited to the provider

{
    my $browser = $t->browser;
    my $link = $t->cli_ok('invite', 'old@example.com', '--org', 'acme',
                          '--no-mail');

    chomp $link;
    $one->set(person => 'new-name');

    my $page = $browser->get($link, follow => 1);

    $browser->get($origin . buttons($page)->[1] =~ s/&amp;/&/gr,
                  follow => 1);
    like($browser->get($origin)->body, qr{acme/old\@example\.com$},
         'and has the same account');

    in($browser = $t->browser);
    like($browser->get($origin)->body, qr{acme/old\@example\.com$},
         'from then on');
    $one->set(person => 'alice');
}


# --- the way out

{
    my $browser = lost(in($t->browser));
    my $page = $browser->get("$portal?switch=1");

    is($page->status, 200, 'another account');
    is($page->page, 'signin', 'is asked who it is');
    is_deeply(buttons($page), [], 'and not sent back');
    is($browser->submit($page, { org => 'globex',
                        username => 'pat@example.com',
                        password => $password })->status, 303,
       'in with a password');
    is($browser->cookie('login_last'), undef, 'the provider is forgotten');

    lost($browser);
    is($browser->get($portal)->status, 200, 'until it is chosen again');
}

for my $query ('sso=off', 'sso=off&org=acme', 'org=globex', 'switch=1',
               'done=x')
{
    my $browser = lost(in($t->browser));

    is($browser->get("$portal?$query")->status, 200, "not with $query");
}

for my $query ('org=ACME', 'need=login', 'need=mfa', 'return_to=/x') {
    my $browser = lost(in($t->browser));

    like($browser->get("$portal?$query")->location, $silent, "with $query");
}

{
    my $browser = lost(in($t->browser));

    is($browser->get($portal, headers => { 'Sec-Fetch-Dest' => $_ })->status,
       200, "not in: $_") for qw(iframe empty image);
    like($browser->get($portal, headers => { 'Sec-Fetch-Dest' => 'document' })
         ->location, $silent, 'a page');
}


# --- somebody has to be asked

{
    my $browser = lost(in($t->browser));

    $one->forget;

    my $page = $browser->get("$portal?return_to=/deep", follow => 1);

    is($page->status, 200, 'back on the sign-in page');
    is($page->page, 'signin', 'which shows');
    is_deeply(buttons($page), [ map { "/login/sso/$_?org=acme&amp;"
                                      . 'return_to=%2Fdeep' } qw(one two) ],
              'the button of the provider first');
    unlike($page->body, qr/type="password"/, 'no password');
    like($page->body, qr{href="/login/\?switch=1&amp;return_to=%2Fdeep"},
         'and another account');

    is($browser->get(at($page))->status, 200, 'loading it again stays');

    my $answer = $browser->get("$origin" . buttons($page)->[0]
                               =~ s/&amp;/&/gr, follow => 1);

    is(at($answer), "$origin/deep", 'the button leads in');
}


# --- it does not work there

{
    my $browser = lost(in($t->browser));

    $one->set(faults => [ { path => '/token' } ]);

    my $page = $browser->get($portal, follow => 1);

    is($page->status, 503, 'the provider does not do as it should');
    like($page->body, qr{href="/login/\?sso=off}, 'the way back stays here');

    $one->set(faults => []);
}


# --- forgotten

{
    my $browser = in($t->browser);

    $browser->submit($browser->get("${portal}logout"), {});
    is($browser->cookie('login_last'), undef, 'signing out forgets it');
    is($browser->get($portal)->status, 200, 'nobody is sent there');

    $browser = in(in($t->browser), '&shared=1');
    is($browser->cookie('login_last'), undef, 'and so does a shared computer');
    is(lost($browser)->get($portal)->status, 200, 'nobody is sent there');
}

{
    my $browser = lost(in($t->browser));
    my $cookie = $browser->cookie('login_last');

    for my $bad ('one', $cookie . 'A', substr($cookie, 1), 'A' x length
                 $cookie)
    {
        $browser->cookie(login_last => $bad);
        is($browser->get($portal)->status, 200, 'one that is not ours');
    }

    $browser->cookie(login_last => $cookie);
    $browser->cookie(login_org => undef);
    is($browser->get($portal)->status, 200, 'without its organisation');
}


# --- behind a form

{
    my $browser = in($t->browser);
    my $page = $browser->get("${portal}account");

    lost($browser);

    my $answer = $browser->post("${portal}account", { csrf => $page->csrf });

    like($answer->location, qr/^\Q$portal\E\?sso=off&/,
         'who posts without a session stays here');
}


# --- never in a loop

{
    my $browser = in($t->browser);
    my @status;

    for (1 .. 7) {
        lost($browser);
        push @status, $browser->get($portal)->status;
        $browser->get($portal, follow => 1) if $_ < 5;
    }

    my @sent = grep { $_ == 303 } @status;

    cmp_ok(scalar @sent, '<=', 5, 'not more than five times in a row');
    is($status[-1], 200, 'then the page shows');
    is($browser->get($portal)->status, 200, 'as often as it is asked for');

    $t->set_clock(time + 120);

    like($browser->get($portal)->location, $silent, 'a minute later again');
}


# --- fresh

{
    my $browser = in($t->browser);

    $t->set_clock(time + 600);

    my $page = $browser->get("$origin/fresh", %page, follow => 1);

    is($page->page, 'signin', 'who has to sign in once more is asked');
    like(buttons($page)->[0] // '', qr{^/login/sso/\w+\?org=acme&amp;return_to=
         %2Ffresh&amp;need=login$}x, 'where they belong');
    unlike($page->body, qr/type="password"/, 'not for a password');
}


# --- the configuration changes

{
    my $browser = lost(in($t->browser));

    $t->reload(conf('provider two;'));
    is($browser->get($portal)->status, 200, 'not the organisation\'s any more');

    $t->reload("$hash $blocks login_org default \"One\" { provider one; } "
               . $server);
    is($browser->get($portal)->status, 200, 'nor that of another one');
}

{
    my $browser = $t->browser;

    $browser->get("${portal}sso/one", follow => 1);
    like(lost($browser)->get($portal)->location, $silent,
         'where there is one organisation');

    $one->forget;

    my $page = $browser->get($portal, follow => 1);

    is_deeply(buttons($page), [ '/login/sso/one?org=default' ], 'its button');
    like($page->body, qr/type="password"/, 'and the form');
}

$t->done_testing;
