#!/usr/bin/perl

# The page "apps": tiles of "login_app" by organisation and role, and what
# nginx -t says of lines that are wrong.

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';
my $t = Login::Test->new(http => 'login_hash memory=1m passes=1;');

my $png = pack 'H*', '89504e470d0a1a0a0000000d4948445200000001000000010806'
    . '0000001f15c4890000000d49444154789c6360606060000000050001a5f645400000'
    . '000049454e44ae426082';
my $svg = qq{<?xml version="1.0"?>\n<!-- ours -->\n}
    . qq{<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">}
    . qq{<script>alert(1)</script><rect width="8" height="8"/></svg>\n};

$t->write_file('mail.png', $png);
$t->write_file('wiki.svg', $svg);
$t->write_file('text.png', "this is no image, whatever it is called\n");
$t->write_file('cut.svg', substr $svg, 0, 100);
$t->write_file('html.svg', '<!doctype html><svg></svg>');
$t->write_file('empty.png', '');

my $long = 'w' x 400;
my $hostile = '<b>x</b> & \u202egnp.' =~ s/\\u202e/\xe2\x80\xae/r;

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}
END

my $conf = <<"END";
login_org acme "Acme Corporation" { }
login_org beta "Beta GmbH" { }

login_app "Mail" https://mail.example.com/ icon=%%DIR%%/mail.png
          text="Letters, and a calendar";
login_app "Wiki" /wiki/?a=1&b=2 icon=%%DIR%%/wiki.svg;
login_app "Payroll" /payroll/ org=acme role=staff,boss;
login_app "Board" /board/ role=boss;
login_app "Beta" /beta/ org=BETA;
login_app "Both" /both/ org=acme,beta;
login_app "$hostile" /hostile/ text="$hostile";
login_app "$long" /long/;
login_app "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 Space" /space/;

$server
END

$t->run($conf);

my $portal = 'http://localhost:' . $t->port . '/login/';


sub person {
    my ($name, $org, @roles) = @_;

    $t->add_user($name, $password, '--org', $org,
                 map { ('--role', $_) } @roles);
}

sub tiles {
    my ($page) = @_;

    return map { s/<[^>]*>//gr =~ s/\s+/ /gr =~ s/^ | $//gr }
        $page->body =~ m{<strong dir="auto">([^<]*)</strong>}g;
}

# Signs in and answers with the page.

sub apps {
    my ($name, $org) = @_;

    my $browser = $t->browser;
    my $r = $browser->submit($browser->get('/login/options'),
                             { org => $org });
    $r = $browser->follow($r) if $r->status == 303;

    my $form = { username => $name, password => $password, org => $org };

    is $browser->submit($browser->get('/login/'), $form)->status, 303,
        "$name of $org is signed in";

    return ($browser->get('/login/apps'), $browser);
}


person('ann@example.com', 'acme', 'staff');
person('bob@example.com', 'acme');
person('bob@example.com', 'beta', 'boss');


# --- who sees what

my @all = ('Mail', 'Wiki');
my @rest = ('&lt;b&gt;x&lt;/b&gt; &amp; ' . "\xe2\x80\xaegnp.", $long,
            "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 Space");

my ($page, $ann) = apps('ann@example.com', 'acme');
my @seen = grep { !/ann\@example/ } tiles($page);

is $page->status, 200, 'the page';
is $page->page, 'apps', 'says which one it is';
is_deeply \@seen, [@all, 'Payroll', 'Both', @rest], 'tiles of a role';
like $page->body, qr/Acme Corporation/, 'the title of the organisation';
like $page->body, qr{href="https://mail\.example\.com/"}, 'an address';
like $page->body, qr{href="/wiki/\?a=1&amp;b=2"}, 'a path';
like $page->body, qr/Letters, and a calendar/, 'a text';
like $page->body, qr{tile-letter" aria-hidden="true">P<}, 'a letter';
like $page->body,
    qr{aria-hidden="true">\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80<},
    'which is what people take for one';
like $page->body, qr{href="/login/account"}, 'My account';
like $page->body, qr{action="/login/logout"}, 'signing out';

($page) = apps('bob@example.com', 'acme');
is_deeply [tiles($page)], [@all, 'Both', @rest], 'of nobody in particular';

($page) = apps('bob@example.com', 'beta');
is_deeply [tiles($page)], [@all, 'Board', 'Beta', 'Both', @rest],
    'of another organisation';


# --- what changes, changes at once

$t->cli_ok('user', 'role', 'ann@example.com', '--org', 'acme', '--add',
           'boss', '--remove', 'staff');
is_deeply [tiles($ann->get('/login/apps'))],
    [@all, 'Payroll', 'Board', 'Both', @rest], 'another role';


# --- the first visit

like $ann->get('/login/apps')->body, qr/>Welcome</, 'is greeted';
my ($again) = apps('ann@example.com', 'acme');
unlike $again->body, qr/>Welcome</, 'not the second time';


# --- icons

my @icons = $page->body =~ m{<img src="([^"]*)"}g;

is scalar @icons, 2, 'two have one';
like $icons[0], qr{^/login/assets/app\.[0-9a-f]{16}\.png$}, 'hashed';
like $icons[1], qr{^/login/assets/app\.[0-9a-f]{16}\.svg$}, 'each';

my $browser = $t->browser;
my $r = $browser->get($icons[0]);

is $r->status, 200, 'an icon';
is $r->header('Content-Type'), 'image/png', 'its type';
is $r->header('Cache-Control'), 'public, max-age=31536000, immutable',
    'cacheable for good';
is $r->body, $png, 'as it is';

$r = $browser->get($icons[1]);

is $r->header('Content-Type'), 'image/svg+xml', 'a drawing';
is $r->header('X-Content-Type-Options'), 'nosniff', 'nothing else';
like $r->header('Content-Security-Policy'), qr/default-src 'none'/,
    'nothing in it runs';
is $browser->get('/login/assets/app.0000000000000000.png')->status, 404,
    'no other';


# --- what is wrong

my $where = qr{ in \S+\.conf:\d+};

sub refuses {
    my ($line, $message, $what) = @_;

    $t->conf_error("$line\n$server", $message, $what // $line);
}

refuses('login_app "Mail";', qr/invalid number of arguments/);
refuses('login_app "" /a/;', qr/"login_app" directive must have a title/);
refuses('login_app "a' . "\xff" . '" /a/;', qr/must have a title of UTF-8/);

for my $url ('mail/', '//evil.example/', 'javascript:alert(1)', 'ftp://a/',
             '/a\\\\b', '/a/../b', 'https://', 'https://user@host/')
{
    refuses(qq{login_app "Mail" "$url";},
            qr/invalid url ".*" of app "Mail", it must be a path.*$where/);
}

refuses('login_app Mail /m/ icon=%%DIR%%/none.png;',
        qr{icon "\S+none\.png" of app "Mail" cannot be read .2: No such});
refuses("login_app Mail /m/ icon=%%DIR%%/$_;",
        qr{icon "\S+$_" of app "Mail" is not an image, it must be SVG})
    for qw(text.png cut.svg html.svg empty.png);
refuses('login_app Mail /m/ icon=%%DIR%%;', qr/is not a regular file/);
refuses("login_app Mail /m/ $_;",
        qr/invalid parameter "\Q$_\E"/)
    for 'icon=', 'text=', 'org=', 'role=', 'org=a/b', 'role=a,', 'user=a',
        'mfa', 'x=y';
refuses("login_app Mail /m/ $_ $_;", qr/invalid parameter/, "$_ twice")
    for 'text=a', 'org=a', 'role=a', 'icon=%%DIR%%/mail.png';

my ($status, @lines) = $t->conf_test("login_app Mail /m/ org=nobody;\n$server");

is $status, 0, 'an organisation that is not there yet';
like "@lines", qr/no "login_org" is named "nobody"$where/, 'is warned of';
is +($t->conf_test("login_app M /m/ 'text=a; b' \"icon=%%DIR%%/wiki.svg\";"
                 . "\n$server"))[0], 0, 'quoted as nginx does';


$t->done_testing;
