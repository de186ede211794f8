#!/usr/bin/perl

# login_org and login_region: what "nginx -t" takes and refuses.

use strict;
use warnings;

use Login::Test;


my $t = Login::Test->new;


sub around {
    my ($http, $server) = @_;

    return $http . <<'END' . ($server // '') . '}';

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
END
}


$t->conf_ok(around(<<'END'), 'all that a block may say');
login_region eu "Europe (Frankfurt)" http://localhost:%%PORT%%/login/;
login_region us "America (Oregon)" https://login.us.example.com/login/;

login_session idle=20d lifetime=90d;

login_org acme "Acme Corporation" {
    region eu;
    mfa required;
    password on;
    contact "it@acme.example";
    login_session idle=30m;
    login_password min=20 score=4;
    login_templates %%DIR%%;
}

login_org Globex "Globex \"GmbH\" Zürich" {
}

login_org default "Everybody else" { mfa off; }
END

$t->write_file('rules.conf', "contact it\@acme.example;\n");

$t->conf_ok(around('login_org acme "Acme" { include rules.conf; }'),
            'a block may include a file');

my @refused = (
    [ 'login_org acme { }',
      qr/invalid number of arguments in "login_org" directive/ ],
    [ 'login_org acme "" { }', qr/invalid title "" of organisation "acme"/ ],
    [ "login_org acme \"a\xff\" { }", qr/invalid title .* line of UTF-8/ ],
    [ 'login_org "" "Acme" { }', qr/invalid name "" of an organisation/ ],
    [ 'login_org a/b "Acme" { }', qr/invalid name "a\/b"/ ],
    [ 'login_org a,b "Acme" { }', qr/invalid name "a,b"/ ],
    [ 'login_org a@b.example "Acme" { }', qr/invalid name "a\@b.example"/ ],
    [ 'login_org -a "Acme" { }', qr/invalid name "-a"/ ],
    [ 'login_org ' . 'a' x 65 . ' "Acme" { }', qr/invalid name "a+"/ ],
    [ 'login_org acme "A" { } login_org ACME "B" { }',
      qr/duplicate organisation "acme", see \S+:\d+ in/ ],
    [ 'login_org acme "A" { colour red; }',
      qr/unknown directive "colour" in this block/ ],
    [ 'login_org acme "A" { login_store /x; }',
      qr/unknown directive "login_store" in this block/ ],
    [ 'login_org acme "A" { mfa; }',
      qr/invalid number of arguments in "mfa" directive/ ],
    [ 'login_org acme "A" { mfa on off; }',
      qr/invalid number of arguments in "mfa" directive/ ],
    [ 'login_org acme "A" { mfa maybe; }', qr/invalid value "maybe"/ ],
    [ 'login_org acme "A" { mfa off; mfa off; }',
      qr/"mfa" directive is duplicate/ ],
    [ 'login_org acme "A" { password no; }', qr/invalid value "no"/ ],
    [ 'login_org acme "A" { password off; }',
      qr/nobody can sign in to organisation "acme", it has "password off"/ ],
    [ 'login_org acme "A" { provider okta; }',
      qr/organisation "acme" has provider "okta", but no "login_provider"/ ],
    [ 'login_org acme "A" { provider okta okta; }',
      qr/duplicate provider "okta"/ ],
    [ 'login_org acme "A" { region eu; }',
      qr/organisation "acme" is in region "eu", but no "login_region"/ ],
    [ 'login_org acme "A" { contact ""; }',
      qr/"contact" directive must be a line of UTF-8/ ],
    [ 'login_org acme "A" { login_session idle=0; }',
      qr/invalid parameter "idle=0" in "login_session" directive/ ],
    [ 'login_org acme "A" { login_session idle=1m; login_session idle=1m; }',
      qr/"login_session" directive is duplicate/ ],
    [ 'login_org acme "A" { login_password min=0; }',
      qr/invalid parameter "min=0", it must be from 1/ ],
    [ 'login_org acme "A" { server { } }', qr/unexpected "\{"/ ],
    [ 'login_region eu "Europe";',
      qr/invalid number of arguments in "login_region" directive/ ],
    [ 'login_region eu "" https://a.example/;', qr/must have a name/ ],
    [ 'login_region eu "E" ftp://a.example/;',
      qr/invalid url "ftp:\/\/a.example\/" of region "eu"/ ],
    [ 'login_region eu "E" https://a.example/login;', qr/invalid url/ ],
    [ 'login_region eu "E" https://a.example/?x/;', qr/invalid url/ ],
    [ 'login_region eu "E" https://a.example/;
       login_region eu "F" https://b.example/;', qr/duplicate region "eu"/ ],
    [ 'login_region eu "E" https://a.example/;
       login_region us "F" https://a.example/;',
      qr/duplicate url "https:\/\/a.example\/" of regions "eu" and "us"/ ],
);

$t->conf_error(around($_->[0]), $_->[1]) for @refused;


# --- a thousand of them

my $many = join '', map { "login_org org-$_ \"Organisation $_\" "
                          . "{ login_session idle=${_}m; }\n" } 1 .. 1000;

$t->conf_ok(around($many), 'a thousand organisations');

$t->done_testing;
