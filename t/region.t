#!/usr/bin/perl

# Two regions, each with a portal and a store of its own: the choice leads
# over, organisation and return address are kept, and an organisation that
# lives elsewhere leads there by itself.

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';

my ($eu, $us) = map { Login::Test->new } 1 .. 2;
my ($here, $there) = map { 'http://localhost:' . $_->port } $eu, $us;

$eu->add_user('ann@example.com', $password, '--org', 'acme');
$eu->add_user('bob@example.com', $password, '--org', 'globex');
$us->add_user('bob@example.com', $password, '--org', 'globex');

my $conf = <<"END";
login_hash memory=1m passes=1;

login_region eu "Europe (Frankfurt)" $here/login/;
login_region us "America (Oregon)" $there/login/;

login_org acme "Acme Corporation" { region eu; }
login_org globex "Globex" { region us; }
login_org initech "Initech" { }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location /who { add_header X-Org \$login_org; return 200 "canary"; }
}
END

$_->run($conf) for $eu, $us;


# --- the page

{
    my $browser = $eu->browser;
    my $page = $browser->get("$here/login/region?org=globex&return_to=/who");

    is($page->status, 200, 'region');
    is($page->page, 'region', 'its page');
    like($page->body, qr/value="eu" required checked/, 'this one preselected');
    like($page->body, qr/America \(Oregon\)/, 'titles');
    like($page->header('Content-Security-Policy'),
         qr{form-action [^;]* \Q$there\E(?:;| )}, 'forms may lead there');

    my $other = $browser->submit($page, { region => 'us' });

    is($other->status, 303, 'another one');
    is($other->location, "$there/login/?org=globex&return_to=%2Fwho",
       'leads to its portal, organisation and return address kept');

    is($browser->submit($page, { region => 'eu' })->location,
       "$here/login/?org=globex&return_to=%2Fwho", 'the own one goes on');
    is($browser->submit($page, { region => 'asia' })->status, 422,
       'none that there is not');
    is($browser->post("$here/login/region", { region => 'us' })->status, 403,
       'not without csrf');

    my $far = $browser->get($other->location);

    is($far->page, 'signin', 'there');
    is($browser->submit($far, { username => 'bob@example.com',
                        password => $password })->location, "$there/who",
       'the sign-in ends');
    is($browser->get("$there/who")->header('X-Org'), 'globex',
       'in that organisation');
}


# --- by itself

{
    my $browser = $eu->browser;
    my $page = $browser->get("$here/login/?return_to=/who");

    is($browser->submit($page, { username => 'bob@example.com',
                        password => $password, org => 'Globex' })->location,
       "$there/login/?org=Globex&return_to=%2Fwho", 'from the sign-in');
    is($browser->submit($page, { username => 'x', password => 'wrong',
                        org => 'globex' })->location,
       "$there/login/?org=globex&return_to=%2Fwho", 'whatever was typed');
    is($browser->get("$here/login/options?org=globex")->location,
       "$there/login/options?org=globex", 'from the options');
    is($browser->submit($page, { username => 'bob@example.com',
                        password => $password })->status, 403,
       'its accounts here count for nothing');

    my $wrong = $browser->submit($page, { username => 'ann@example.com',
                                 password => 'wrong' });

    like($wrong->body, qr{/login/region}, 'a wrong turn leads to the regions');
    is($browser->submit($page, { username => 'ann@example.com',
                        password => $password })->location, "$here/who",
       'who lives here signs in here');

    my (undef, $link) = $eu->cli('--org', 'globex', 'invite',
                                 'eve@example.com', '--portal',
                                 "$here/login/");
    my ($token) = $link =~ m{invite/(\S+)};

    is($eu->browser->get("$here/login/invite/$token")->location,
       "$there/login/invite/$token", 'from an invitation');

    (undef, $link) = $eu->cli('--org', 'acme', 'invite', 'eve@example.com',
                              '--portal', "$here/login/");
    ($token) = $link =~ m{invite/(\S+)};

    $browser = $eu->browser;
    $page = $browser->get("$here/login/invite/$token", follow => 1);
    is($page->page, 'register', 'register');

    my $asked = $browser->submit($page, { name => 'Eve',
        password => 'sea sand lemon tree 17',
        password_verify => 'sea sand lemon tree 17' }, follow => 1);

    is($asked->page, 'region', 'registered, the region is asked for');
    is($browser->submit($asked, { region => 'eu' })->location,
       "$here/login/apps", 'and goes on to the apps');
}


# --- without any

$us->stop;
$us->run($conf =~ s/^login_region.*\n//mgr =~ s/region \w+;//gr);
is($us->browser->get("$there/login/region")->status, 404,
   'without regions there is no such page');

$eu->done_testing;
