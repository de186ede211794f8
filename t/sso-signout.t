#!/usr/bin/perl

# Signing out of a session that began at a provider: there as well, where it
# can (OpenID Connect RP-Initiated Logout 1.0), and here in any case.

use strict;
use warnings;

use JSON::PP;

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
    is $answer->location, $one->issuer . '/session/end?client_id=nginx'
        . '&post_logout_redirect_uri=' . Login::Browser::escape($portal),
        'and to the provider';
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
