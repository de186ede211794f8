#!/usr/bin/perl

# Signing out of a session that began at a provider: there as well, where it
# can (OpenID Connect RP-Initiated Logout 1.0), and here in any case.

use strict;
use warnings;

use JSON::PP;
use MIME::Base64 qw(decode_base64url);

use Login::Provider;
use Login::Test;


if (my $why = Login::Provider::missing()) {
    plan(skip_all => $why);
}

my ($one, $two) = map { Login::Provider->new($_) } qw(one two);

# one worker, since each has metadata of its own

my $t = Login::Test->new(
    workers  => 1,
    accounts => { 'ann@example.com' => 'a password of ann' },
);

$t->run(<<"END");
    login_hash memory=1m passes=1;
@{[ $one->block($t, 'provision on;') ]}
@{[ $two->block($t, 'provision on;') ]}
    login_org default "Acme" { provider one two; }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "hello \$login_user"; }
}
END

$_->register($t) for $one, $two;
$two->set(person => 'bob', ends => JSON::PP::false);

my $portal = 'http://localhost:' . $t->port . '/login/';


sub sign_in {
    my ($provider) = @_;

    my $browser = $t->browser;
    my $page = $browser->get('/login/sso/' . $provider->name
                             . '?org=default', follow => 1);

    is $page->page, 'apps', 'signed in at ' . $provider->name;

    return $browser;
}


# --- where the provider can

{
    my $browser = sign_in($one);
    my $page = $browser->get('/login/logout');

    like $page->header('Content-Security-Policy'),
        qr/form-action[^;]* \Q@{[ $one->issuer ]}\E(?:[ ;]|$)/,
        'the form may lead to the provider';

    my $answer = $browser->sign_out;

    is $answer->status, 303, 'signed out';
    like $answer->location, qr{^\Q@{[ $one->issuer ]}\E/session/end
        \?client_id=nginx&id_token_hint=([\w.-]+)
        &post_logout_redirect_uri=
        \Q@{[ Login::Browser::escape($portal) ]}\E$}x, 'and to the provider';

    my ($claims) = $answer->location =~ /id_token_hint=[\w-]+\.([\w-]+)/;

    is decode_json(decode_base64url($claims))->{sub}, 'alice',
        'which gets the token that it gave out';
    is $browser->cookie('login_hint'), undef, 'it is not kept any longer';
    is $answer->header('Clear-Site-Data'), '"cache"', 'nothing stays cached';
    is $browser->get('/')->status, 302, 'out here, whatever is done there';

    $page = $browser->get($answer->location);

    my $form = $page->form('xsrf');

    $page = $browser->follow($browser->post($form->{action},
        { %{ $form->{fields} }, logout => 'yes' }, base => $page->url));

    is $page->page, 'signin', 'and back to the sign-in page';
    is $page->url->{host}, 'localhost', 'of the portal';

    # the provider knows them no more

    $one->set(form => JSON::PP::true);
    is $browser->get('/login/sso/one?org=default', follow => 1)->page, 'one',
        'asked by the provider who it is';
    $one->set(form => JSON::PP::false);
}

# --- the token that goes along

{
    my $browser = $t->browser;
    my $answer = $browser->get('/login/sso/one?org=default', follow => 1);
    my $key = 'localhost /login/logout login_hint';
    my $hint = $browser->{jar}{$key};

    ok $hint, 'it is kept for the page for signing out alone';
    unlike $hint->{value}, qr/^ey|\./, 'and encrypted';
    cmp_ok length($hint->{value}), '<', 2200, 'and not too large';
    unlike $browser->get('/')->body, qr/hint/, 'no application sees it';

    # of another session, and what is none

    my $other = sign_in($one);

    $other->{jar}{$key}{value} = $hint->{value};
    like $other->sign_out->location,
        qr/client_id=nginx&post_logout_redirect_uri=/,
        'that of another session is not used';

    for my $bad ('x', '', substr($hint->{value}, 1), 'A' x 2000, 'A' x 3000) {
        $other = sign_in($one);
        $other->{jar}{$key}{value} = $bad;

        my $answer = $other->sign_out;

        is $answer->status, 303, 'one that is none';
        like $answer->location, qr/client_id=nginx&post_logout_redirect_uri=/,
            'is as if it were not there';
    }

    delete $browser->{jar}{$key};
    like $browser->sign_out->location,
        qr/client_id=nginx&post_logout_redirect_uri=/, 'and without it';

    # on a shared computer it goes with the browser

    $browser = $t->browser;
    $browser->get('/login/sso/one?org=default&shared=on', follow => 1);
    ok $browser->{jar}{$key}, 'a shared computer';
    $browser->restart;
    ok !$browser->{jar}{$key}, 'does not keep it';

    # one that is too long

    $one->set(people => { alice => {
        groups => [ map { "group$_" x 4 } 1 .. 60 ] } },
        ids => JSON::PP::true);
    $browser = sign_in($one);
    ok !$browser->{jar}{$key}, 'a token that is too long is not kept';
    like $browser->sign_out->location,
        qr/client_id=nginx&post_logout_redirect_uri=/, 'nor sent';
    $one->set(people => {}, ids => JSON::PP::false);
}

# --- where it cannot, and of a session that has nothing to do with it

{
    my $browser = sign_in($two);
    my $answer = $browser->sign_out;

    is $answer->status, 303, 'signed out';
    is $answer->location, $portal, 'a provider without that';

    $browser = $t->browser;
    $browser->sign_in('ann@example.com', 'a password of ann');
    $answer = $browser->sign_out;
    is $answer->location, $portal, 'a password';
}

# --- somewhere to go afterwards

{
    my $browser = sign_in($two);
    my $page = $browser->get('/login/logout?return_to=%2Fbye');

    is $browser->submit($page, { return_to => '/bye' })->location,
        'http://localhost:' . $t->port . '/bye', 'is where it leads';
}

# --- a form that is not from here signs nobody out, neither there

{
    my $browser = sign_in($one);

    is $browser->post('/login/logout', { csrf => 'x' })->status, 403,
        'forged';
    is $browser->get('/')->status, 200, 'still in';
}

# --- an address that the page's policy does not have

{
    my $metadata = decode_json($t->browser->get($one->issuer
        . '/.well-known/openid-configuration')->body);

    $metadata->{end_session_endpoint} = $two->issuer . '/end';
    $one->set(faults => [ { path => '^/\.well-known/', status => 200,
                            body => encode_json($metadata) } ]);
    $t->reload;

    my $browser = sign_in($one);

    is $browser->sign_out->location, $portal, 'at another origin';

    # one with a query of its own

    $metadata->{end_session_endpoint} = $one->issuer . '/end?a=b';
    $one->set(faults => [ { path => '^/\.well-known/', status => 200,
                            body => encode_json($metadata) } ]);
    $t->reload;
    $browser = sign_in($one);
    like $browser->sign_out->location, qr{/end\?a=b&client_id=nginx&},
        'with a query of its own';

    $one->set(faults => []);
}

# --- a worker that does not know it yet, and one that gets no answer

{
    my $browser = sign_in($one);

    $t->reload;
    like $browser->sign_out->location, qr{^\Q@{[ $one->issuer ]}\E/session},
        'it is asked';

    $browser = sign_in($one);
    $t->reload;
    $one->stop;

    my $answer = $browser->sign_out;

    is $answer->status, 303, 'a provider that is down';
    is $answer->location, $portal, 'keeps nobody';
    is $browser->get('/')->status, 302, 'from signing out';
    like $t->error_log, qr/signed out here, but not at provider "one"/,
        'the log says so';
    $one->resume;
}

# --- a provider that is not there any more

{
    my $browser = sign_in($two);

    $t->reload($t->{http_text} =~ s/^login_provider two .*?^\}//msr
               =~ s/one two/one/r);
    is $browser->sign_out->location, $portal, 'taken out of nginx.conf';
}

done_testing;
