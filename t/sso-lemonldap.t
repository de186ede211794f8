#!/usr/bin/perl

# Single sign-on through LemonLDAP::NG: a provider that others have written,
# in another language than those of the other tests.

use strict;
use warnings;

use JSON::PP;

use Login::Lemon;
use Login::Test;


if (my $why = Login::Lemon::missing()) {
    plan(skip_all => $why);
}

my $t = Login::Test->new;
my $lemon = Login::Lemon->new($t);

$t->run($lemon->block($t) . <<"END");
    login_org default "Acme" { provider lemon; }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / {
        return 200 "\$login_user, \$login_name, \$login_roles, \$login_methods";
    }
}
END

$lemon->register($t);


sub form { scalar $_[0]->form('password') }


my $browser = $t->browser;

my $page = $browser->get('/login/sso/lemon?return_to=%2Fdeep%3Fa%3Db',
                         follow => 1);

ok form($page), 'it asks who it is' or diag($lemon->log);

$page = $browser->submit($page, Login::Lemon::login('dwho', 'wrong'),
                         form => form($page), follow => 1);
ok form($page), 'with a wrong password, again';

$page = $browser->submit($page, Login::Lemon::login('dwho'),
                         form => form($page), follow => 1);
is $page->url->{path}, '/deep?a=b', 'in, and where it was meant to lead'
    or diag($page->alert // '', $t->error_log =~ /(\[error\].*)/g,
            $lemon->log);
like $page->body, qr/^dwho\@badwolf\.org, Doctor Who, (?:\w+,\w+), sso:lemon$/,
    'as whom it says';
like $page->body, qr/\btimelords\b/, 'with the roles that it tells';

# --- it knows the browser now

$browser->cookie('login', undef);
$page = $browser->get('/login/sso/lemon', follow => 1);
is $page->page, 'apps', 'once more without typing';

# --- somebody else is somebody else

my $other = $t->browser;

$page = $other->get('/login/sso/lemon', follow => 1);
$page = $other->submit($page, Login::Lemon::login('rtyler'),
                       form => form($page), follow => 1);
is $page->page, 'apps', 'another person';

my $me = decode_json($other->fetch('/login/session')->body);

is $me->{username}, 'rtyler@badwolf.org', 'is another one here';

# --- signing out

my $answer = $other->sign_out;

like $answer->location,
    qr{^\Q@{[ $lemon->issuer ]}\E/oauth2/logout\?client_id=nginx&id_token_},
    'signing out leads there';

$page = $other->get($answer->location);

$page = $other->follow($other->submit($page, { confirm => 1 }))
    if scalar $page->form('confirm');

$page = $other->follow($page);
is $page->page, 'signin', 'and back';

$page = $other->get('/login/sso/lemon', follow => 1);
ok form($page), 'there it is over as well' or diag($lemon->log);

done_testing;
