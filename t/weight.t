#!/usr/bin/perl

# What a page weighs: with its style sheet it comes, compressed, in the first
# round trip of a connection (14 KB), there is one request before it is
# painted, and all scripts together have at most 4 KB.

use strict;
use warnings;

use IO::Compress::Gzip qw(gzip $GzipError);
use Login::Test;


my $ann = 'ann@example.com';
my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { $ann => $password },
    http     => 'login_hash memory=1m passes=1;',
);

my $apps = join '', map { qq{login_app "Application $_" /app$_/ "text=}
                          . "What it is for, in a line\";\n" } 1 .. 12;

$t->run($apps . <<'END');
login_org default "Acme Corporation" { contact "it@acme.example"; }

gzip on;
gzip_types text/css;
gzip_vary on;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in"; }
    location /admin { login_require role=admin; return 200; }
}
END

my $anybody = $t->browser;
my $browser = $t->browser;

# with as much on the page "account" as it has of most people

for (1 .. 6) {
    $t->browser->sign_in($ann, $password);
    $browser = $t->browser;
    $browser->sign_in($ann, $password);
}

my @pages = (
    [$anybody, '/login/'], [$anybody, '/login/options'],
    [$anybody, '/login/forgot'], [$anybody, '/login/none'],
    [$anybody, '/login/reset/' . 'A' x 43], [$browser, '/login/apps'],
    [$browser, '/login/account'], [$browser, '/login/logout'],
    [$browser, '/admin'], [$browser, '/login/?switch=1'],
);

my %scripts;


sub compressed {
    my ($text) = @_;

    gzip(\$text => \my $out) or die "gzip: $GzipError\n";

    return length $out;
}


for (@pages) {
    my ($who, $path) = @$_;

    my $html = $who->get($path, follow => 1)->body;
    my @styles = $html =~ /<link rel="stylesheet" href="([^"]+)"/g;
    my $total = compressed($html)
        + compressed($who->get($styles[0] // die "$path: no style\n")->body);

    note "$path: $total bytes";
    cmp_ok $total, '<=', 14 * 1024, "$path in the first round trip";

    # what holds up the first paint: style sheets, scripts that don't wait

    is scalar @styles, 1, "$path: one style sheet";
    unlike $html, qr/<script(?![^>]* defer>)/, "$path: no script waits";
    unlike $html, qr/<(?:style|iframe|object|embed)\b|\@import|\bstyle="/,
        "$path: nor anything else";
    unlike $html, qr/(?:\ssrc|<link[^>]* href)="(?:[a-z]+:)?\/\//,
        "$path: all of it from here";

    $scripts{$_} = 1 for $html =~ /<script src="([^"]+)"/g;
}

for my $script (keys %scripts) {
    like $script, qr{^/login/assets/login\.[0-9a-f]{16}\.js$}, 'a hashed name';
    is $browser->get($script)->header('Cache-Control'),
        'public, max-age=31536000, immutable', 'kept for good';
}

is $browser->get('/login/assets/login.js')->header('Cache-Control'),
    'no-store', 'a name without it is not';

# an icon of the pages' own: browsers ask for /favicon.ico otherwise, and the
# gate is before that

{
    my ($icon) = $anybody->get('/login/')->body
        =~ /<link rel="icon" type="image\/svg\+xml" href="([^"]+)">/;

    like $icon, qr{^/login/assets/login\.[0-9a-f]{16}\.svg$}, 'an icon';

    my $r = $anybody->get($icon);

    is $r->status, 200, 'there it is';
    is $r->header('Content-Type'), 'image/svg+xml', 'as an image';
    is $r->header('Cache-Control'), 'public, max-age=31536000, immutable',
        'kept for good';
    is $r->body, $t->read_file("$Login::Test::ROOT/html/login.svg"),
        'as it is';
}

my $size = 0;

$size += length $browser->get($_)->body for keys %scripts;

ok %scripts, 'there are scripts';
cmp_ok $size, '<=', 4096, 'of 4 KB at most';


# --- assets are compressed by nginx, and kept for good

my ($style) = $anybody->get('/login/')->body
    =~ /<link rel="stylesheet" href="([^"]+)"/;

like $style, qr{/assets/login\.[0-9a-f]{16}\.css$}, 'a name with a hash';

my $r = $anybody->get($style, headers => { 'Accept-Encoding' => 'gzip' });

is $r->header('Content-Encoding'), 'gzip', 'compressed';
is $r->header('Cache-Control'), 'public, max-age=31536000, immutable',
    'kept for good';
is $anybody->get('/login/', headers => { 'Accept-Encoding' => 'gzip' })
    ->header('Content-Encoding'), undef,
    'pages are not: their size would tell what is in them';


$t->done_testing;
