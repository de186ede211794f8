#!/usr/bin/perl

# What pages show of identity providers: buttons, icons, and no password
# where an organisation has none.

use strict;
use warnings;

use Login::Test;

use Digest::SHA qw(sha256_hex);


my $password = 'correct horse battery staple';

my $svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    . '<circle cx="4" cy="4" r="3"/></svg>';

my $t = Login::Test->new;

$t->write_file('secret', "secret\n");
$t->write_file('okta.svg', $svg);
chmod 0600, $t->dir . '/secret';

$t->add_user('ann@example.com', $password, '--org', 'acme');
$t->add_user('bob@example.com', $password, '--org', 'globex');
$t->add_user('eve@example.com', $password, '--org', 'initech');
$t->add_user('cat@example.com', $password, '--org', 'default');

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
    location / { return 200 "canary"; }
}
END

my $providers = <<'END';
login_provider okta "Okta & <friends>" {
    oidc               https://okta.example/path;
    client_id          nginx;
    client_secret_file secret;
    icon               okta.svg;
}
login_provider entra "Entra" {
    oidc               https://entra.example:8443;
    client_id          nginx;
    client_secret_file secret;
}
END

# acme: single sign-on only, globex: both, initech: passwords alone

my $orgs = <<'END';
login_org acme "Acme" { password off; provider okta entra; }
login_org globex "Globex" { provider entra; }
login_org initech "Initech" { }
END

my $hash = 'login_hash memory=1m passes=1; login_mail smtp://127.0.0.1:1;';

$t->run("$hash $providers $orgs $server");

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";
my $icon = 'provider.' . substr(sha256_hex($svg), 0, 16) . '.svg';


sub links {
    my ($page) = @_;

    return [ $page->body =~ /class="button provider" href="([^"]*)"/g ];
}

sub has_password { $_[0]->body =~ /type="password"/ }


# --- options

{
    my $browser = $t->browser;
    my $page = $browser->get("${portal}options?return_to=/deep%3Fa%3D1");

    is_deeply(links($page), [], 'no buttons before the organisation is named');
    ok(!has_password($page), 'and no form');

    $page = $browser->follow($browser->submit($page, { org => 'ACME' }));

    is($page->page, 'options', 'the same page');
    is_deeply(links($page),
              [ map { "/login/sso/$_?org=acme&amp;return_to="
                      . '%2Fdeep%3Fa%3D1' } qw(okta entra) ],
              'a button for each provider, in order');
    like($page->body, qr/Sign in with Okta &amp; &lt;friends&gt;/, 'title');
    ok(!has_password($page), 'no password');
    unlike($page->body, qr/name="username"/, 'nor a name');

    like($page->body, qr{<img src="/login/assets/\Q$icon\E" alt=""},
         'icon');
    is(() = $page->body =~ /<img/g, 1, 'where there is one');

    my $shared = $browser->get("${portal}options?org=acme&shared=1");

    is_deeply(links($shared), [ map { "/login/sso/$_?org=acme&amp;shared=1" }
                                qw(okta entra) ], 'a shared computer');
    like($page->body, qr{href="/login/options\?org=ACME&amp;return_to=
                         %2Fdeep%3Fa%3D1&amp;shared=1"}x, 'a link to that');
    unlike($shared->body, qr/href="[^"]*options\?/, 'and not twice');

    is_deeply(links($browser->get("${portal}options?org=acme&return_to="
                                  . 'https://evil.example/')),
              [ map { "/login/sso/$_?org=acme" } qw(okta entra) ],
              'no return address of others');

    $page = $browser->get("${portal}options?org=globex");

    is_deeply(links($page), ['/login/sso/entra?org=globex'], 'both');
    ok(has_password($page), 'and the password form');

    my %seen;

    for my $org (qw(initech nowhere)) {
        $page = $t->browser->get("${portal}options?org=$org");
        my $text = $page->body =~ s/\b$org\b/ORG/gr
            =~ s/name="csrf" value="[^"]*"/csrf/gr;

        push @{ $seen{ join "\n", $page->status, $text } }, $org;
    }

    is(keys %seen, 1, 'an unknown one is like one without providers');
}


# --- icons

{
    my $image = $t->browser->get("${portal}assets/$icon");

    is($image->status, 200, 'icon');
    is($image->body, $svg, 'content');
    is($image->header('Content-Type'), 'image/svg+xml', 'type');
    like($image->header('Cache-Control'), qr/immutable/, 'kept for good');
    like($image->header('Content-Security-Policy'),
         qr/default-src 'none'/, 'no script runs in it');
    is($t->browser->get("${portal}assets/provider.0000000000000000.svg")
       ->status, 404, 'none of another name');
}


# --- where forms may lead

{
    my $browser = $t->browser;
    my $page = $browser->get($portal);

    unlike($page->header('Content-Security-Policy'), qr/okta|entra/,
           'nobody else learns the providers');

    $browser->submit($page, { username => 'bob@example.com',
                     password => $password });

    is($browser->get("${portal}session")->status, 200, 'signed in');
    like($browser->get("${portal}logout")->header('Content-Security-Policy'),
         qr{form-action [^;]*\ https://entra\.example:8443;\ frame-anc}x,
         'where forms may lead whose organisation has one');
    unlike($browser->get("${portal}logout")
           ->header('Content-Security-Policy'), qr/okta/, 'none of others');
}


# --- several organisations: the sign-in page asks for a password

{
    my $page = $t->browser->get($portal);

    is_deeply(links($page), [], 'no buttons on the sign-in page');
    ok(has_password($page), 'but a password');
}


# --- one organisation

for my $case (
    [ 'login_org default "Acme" { password off; provider okta; }', 0,
      'default' ],
    [ 'login_org acme "Acme" { password off; provider okta; }', 0, 'acme' ],
    [ 'login_org default "Acme" { provider okta; }', 1, 'default' ])
{
    my ($org, $has, $name) = @$case;

    $t->reload("$hash $providers $org $server");

    my $page = $t->browser->get("$portal?return_to=/deep");

    is($page->page, 'signin', "$org: the sign-in page");
    is_deeply(links($page),
              ["/login/sso/okta?org=$name&amp;return_to=%2Fdeep"], 'button');
    is(has_password($page), $has ? 1 : '', 'password');
    is(scalar($page->body =~ m{href="/login/forgot"}), $has ? 1 : '',
       'forgotten');
    unlike($page->body, qr/name="org"/, 'no question');
}

$t->reload("$hash $providers "
           . 'login_org acme "Acme" { password off; provider okta; } '
           . 'login_org globex "Globex" { password off; provider entra; } '
           . $server);

{
    my $browser = $t->browser;
    my $page = $browser->get("$portal?return_to=/deep");

    ok(!has_password($page), 'nobody has a password');
    is_deeply(links($page), [], 'and it is not told who has which provider');

    $page = $browser->follow($browser->submit($page, { org => 'globex' }));

    is_deeply(links($page),
              ['/login/sso/entra?org=globex&amp;return_to=%2Fdeep'],
              'but asked for the organisation');
}

$t->done_testing;
