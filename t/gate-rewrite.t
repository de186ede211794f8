#!/usr/bin/perl

# The gate where requests take other ways than from a URI to its file: answers
# of the rewrite module, internal redirects into and out of what is guarded,
# and subrequests.

use strict;
use warnings;

use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_"
    for qw(html html/files html/dir html/gdir html/sub html/store);

$t->write_file('html/files/canary.txt', "canary of a file\n");
$t->write_file('html/files/open.txt', "open file\n");
$t->write_file('html/dir/canary.html', "canary of an index\n");
$t->write_file('html/gdir/page.html', "open page\n");
$t->write_file('html/sub/plain.html', "plain\n");
$t->write_file('html/store/long.txt', join '', map { "$_\n" } 1 .. 5000);

for my $name (qw(return files/canary.txt file none any gated-ssi.html)) {
    (my $flat = $name) =~ tr{/}{-};

    $t->write_file("html/sub/$flat.html",
                   "before <!--# include virtual=\"/$name\" --> after\n");
}

$t->write_file('html/sub/stub.html', '<!--# block name="one" -->stub'
               . '<!--# endblock --><!--# include virtual="/return"'
               . " stub=\"one\" --> after\n");
$t->write_file('html/sub/set.html', '<!--# include virtual="/return"'
               . ' set="x" --><!--# echo var="x" --> after' . "\n");
$t->write_file('html/sub/wait.html', '<!--# include virtual="/return"'
               . " wait=\"yes\" --> after\n");
$t->write_file('html/sub/twice.html',
               "<!--# include virtual=\"/sub/return.html\" --> after\n");
$t->write_file('html/gated-ssi.html',
               "gated <!--# include virtual=\"/open\" -->\n");

$t->run(<<'END');
log_format seen "$request_uri";

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;

    if ($arg_outside) {
        return 200 "answered by the server";
    }

    location /login/ { login_portal; }

    location = /open { return 200 "open"; }
    location /files/ { }

    # answers of the rewrite module

    location /return { login on; return 200 "canary"; }
    location /return-202 { login on; return 202 "canary"; }
    location /return-204 { login on; return 204; }
    location /return-301 { login on; return 301 /canary; }
    location /return-302 { login on; return 302 /canary; }
    location /return-404 { login on; return 404 "canary"; }
    location /return-444 { login on; return 444; }
    location /return-url { login on; return http://localhost/canary; }
    location /set { login on; set $x "canary of $login_user"; return 200 $x; }
    location /last { login on; rewrite ^ /open last; }
    location /last-in { rewrite ^ /return last; }
    location /last-chain { login on; rewrite ^ /last-in last; }
    location /break { login on; rewrite ^ /files/canary.txt break; }
    location /redirect { login on; rewrite ^ /canary redirect; }
    location /permanent { login on; rewrite ^ /canary permanent; }

    location /if {
        login on;
        if ($arg_a) { return 200 "canary of an if"; }
        if ($arg_b) { rewrite ^ /open last; }
        if ($arg_c) { set $x canary; }
        if ($request_method = POST) { return 200 "canary of a post"; }
        return 200 "canary";
    }

    location /if-file {
        login on;
        if ($arg_a) { add_header X-If yes; }
        alias %%DIR%%/html/files/canary.txt;
        default_type text/plain;
    }

    location /nested/ {
        login on;
        location /nested/in/ { return 200 "canary"; }
        location /nested/off/ { login off; return 200 "open"; }
        location ~ \.txt$ { return 200 "canary"; }
        return 200 "canary";
    }

    location ~ \.secret$ { login on; return 200 "canary"; }

    # internal redirects

    location = /file { login on; alias %%DIR%%/html/files/canary.txt; }

    location @gated { login on; return 200 "canary of @gated"; }
    location @open { return 200 "open @open"; }

    location /try-in { try_files /none /return; }
    location /try-out { login on; try_files /none /open; }
    location /try-named-in { try_files /none @gated; }
    location /try-named-out { login on; try_files /none @open; }
    location /try-file { login on; try_files /files/canary.txt =404; }
    location /try-404 { login on; try_files /none =404; }

    location /dir/ { index canary.html; }
    location = /dir/canary.html { login on; }
    location /gdir/ { login on; index page.html; }
    location = /gdir/page.html { login off; }

    location /error-in { error_page 404 = /return; }
    location /error-200-in { error_page 404 =200 /return; }
    location /error-named-in { error_page 404 = @gated; }
    location /error-denied-in { deny all; error_page 403 = /file; }
    location /error-return-in { error_page 418 = /file; return 418; }
    location /error-out { login on; error_page 404 = /open; }
    location /error-named-out { login on; error_page 404 = @open; }
    location /error-401-in { login on; error_page 401 = /return; }
    location /error-401-named-in { login on; error_page 401 = @gated; }

    location /error-401-out {
        login on;
        error_page 401 = @open;
        return 200 "canary";
    }

    location /recursive {
        recursive_error_pages on;
        error_page 404 = /recursive-2;
    }
    location /recursive-2 {
        recursive_error_pages on;
        error_page 418 = /recursive-3;
        return 418;
    }
    location /recursive-3 {
        recursive_error_pages on;
        login on;
        error_page 401 =200 /return;
    }

    location /accel-in { proxy_pass http://127.0.0.1:%%PORT_app%%/to-file; }
    location /accel-named-in {
        proxy_pass http://127.0.0.1:%%PORT_app%%/to-gated;
    }
    location /accel-out {
        login on;
        proxy_pass http://127.0.0.1:%%PORT_app%%/to-inner;
    }
    location /accel-named-out {
        login on;
        proxy_pass http://127.0.0.1:%%PORT_app%%/to-open;
    }
    location /accel-portal {
        proxy_pass http://127.0.0.1:%%PORT_app%%/to-portal;
    }
    location /inner/ { internal; alias %%DIR%%/html/files/; }
    location /inner-gated/ {
        internal;
        login on;
        alias %%DIR%%/html/files/;
    }
    location /inner-in { rewrite ^ /inner-gated/canary.txt last; }

    location /intercept-in {
        proxy_pass http://127.0.0.1:%%PORT_app%%/none;
        proxy_intercept_errors on;
        error_page 404 = /return;
    }

    # subrequests

    location /sub/ { ssi on; }
    location = /gated-ssi.html { login on; ssi on; }

    location = /any { login on; satisfy any; allow all; return 200 "canary"; }

    location = /before {
        add_before_body /return;
        alias %%DIR%%/html/sub/plain.html;
        default_type text/html;
    }
    location = /after {
        add_after_body /file;
        alias %%DIR%%/html/sub/plain.html;
        default_type text/html;
    }

    location = /auth { login on; return 204; }
    location = /auth-open { return 204; }
    location = /auth-closed { return 403; }
    location = /auth-any { login on; satisfy any; allow all; return 204; }

    location = /by-auth {
        auth_request /auth;
        alias %%DIR%%/html/files/canary.txt;
    }
    location = /by-auth-any {
        auth_request /auth-any;
        alias %%DIR%%/html/files/canary.txt;
    }
    location = /by-both {
        login on;
        auth_request /auth-open;
        alias %%DIR%%/html/files/canary.txt;
    }
    location = /by-neither {
        login on;
        auth_request /auth-closed;
        alias %%DIR%%/html/files/canary.txt;
    }

    location = /mirror {
        mirror /mirrored;
        alias %%DIR%%/html/files/open.txt;
    }
    location = /mirrored {
        internal;
        login on;
        proxy_pass http://127.0.0.1:%%PORT_app%%/mirrored$is_args$args;
        proxy_ignore_client_abort on;
    }

    location = /slices {
        login on;
        slice 1k;
        proxy_set_header Range $slice_range;
        proxy_pass http://127.0.0.1:%%PORT_app%%/long.txt;
    }
}

server {
    listen 127.0.0.1:%%PORT_gate%%;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;
    login on;

    location / { ssi on; }
    location = /off { login off; return 200 "open"; }
    location = /into { login off; try_files /none /files/canary.txt; }
    location = /named { login off; error_page 404 = @inherits; }
    location @inherits { return 200 "canary"; }
}

server {
    listen 127.0.0.1:%%PORT_app%%;
    root %%DIR%%/html/store;
    access_log %%DIR%%/app.log seen;

    location /to-file { add_header X-Accel-Redirect /file; return 204; }
    location /to-gated { add_header X-Accel-Redirect @gated; return 204; }
    location /to-inner {
        add_header X-Accel-Redirect /inner/open.txt;
        return 204;
    }
    location /to-open { add_header X-Accel-Redirect @open; return 204; }
    location /to-portal { add_header X-Accel-Redirect /login/; return 204; }
    location /mirrored { return 204; }
    location /long.txt { }
}
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login') . "\r\n";


sub ask {
    my ($uri, $more, %opt) = @_;

    my $method = $opt{method} // 'GET';

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . ($more // '') . "Connection: close\r\n\r\n",
                   port => $opt{port} // '');
}


# Refused without a session, and with one exactly "status" and "body".

sub gated {
    my ($uri, $status, $body, %opt) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $response = ask($uri, '', %opt);

    is $response && $response->status, 401, "$uri: refused";
    unlike $response && $response->body, qr/canary of|^canary|^open/,
        "$uri: nothing of it";

    $response = ask($uri, "Accept: text/html\r\n", %opt);

    is $response && $response->status, 302, "$uri: a person is sent away";
    is $response && $response->body, '', "$uri: also without anything";

    $response = ask($uri, $session, %opt);

    is $response && $response->status, $status, "$uri: with a session";

    return unless $response;

    if (defined $body) {
        ref $body ? like($response->body, $body, "$uri: the answer")
            : is($response->body, $body, "$uri: the answer");
    }

    my @control = $response->header('Cache-Control');

    is "@control", 'private', "$uri: for nobody else";

    return $response;
}


sub open_to_all {
    my ($uri, $status, $body, %opt) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $response = ask($uri, '', %opt);

    is $response->status, $status, "$uri: for everybody";
    is $response->body, $body, "$uri: the answer";
    is $response->header('Cache-Control'), undef, "$uri: not private";
}


# --- the rewrite module

gated('/return', 200, 'canary');
gated('/return-202', 202, 'canary');
gated('/return-204', 204, '');
gated('/return-404', 404, 'canary');
gated('/set', 200, 'canary of ann@example.com');
gated('/last', 200, 'open');
gated('/last-in', 200, 'canary');
gated('/last-chain', 200, 'canary');
gated('/break', 200, "canary of a file\n");
gated('/if?a=1', 200, 'canary of an if');
gated('/if?b=1', 200, 'open');
gated('/if?c=1', 200, 'canary');
gated('/if', 200, 'canary');
gated('/if-file', 200, "canary of a file\n");
gated('/if-file?a=1', 200, "canary of a file\n");
gated('/nested/', 200, 'canary');
gated('/nested/in/', 200, 'canary');
gated('/nested/x.txt', 200, 'canary');
gated('/x.secret', 200, 'canary');

for my $uri (qw(/return-301 /return-302 /return-url /redirect /permanent)) {
    my $response = gated($uri, $uri =~ /301|permanent/ ? 301 : 302);

    like $response->location, qr{/canary$}, "$uri: where it leads";
}

is ask('/return-444')->status, 401, 'return 444: refused, not closed';
is ask('/return-444', $session), undef, 'return 444: with a session';

is ask('/if', '', method => 'POST')->status, 401, 'a form is refused';
is ask('/if', $session, method => 'POST')->body, 'canary of a post',
    'and sent with a session';

open_to_all('/nested/off/', 200, 'open');
open_to_all('/return?outside=1', 200, 'answered by the server');


# --- internal redirects

gated('/try-in', 200, 'canary');
gated('/try-out', 200, 'open');
gated('/try-named-in', 200, 'canary of @gated');
gated('/try-named-out', 200, 'open @open');
gated('/try-file', 200, "canary of a file\n");
gated('/try-404', 404, qr/404 Not Found/);

gated('/dir/', 200, "canary of an index\n");
gated('/dir/canary.html', 200, "canary of an index\n");
gated('/gdir/', 200, "open page\n");
open_to_all('/gdir/page.html', 200, "open page\n");

gated('/error-in', 200, 'canary');
gated('/error-200-in', 200, 'canary');
gated('/error-named-in', 200, 'canary of @gated');
gated('/error-denied-in', 200, "canary of a file\n");
gated('/error-return-in', 200, "canary of a file\n");
gated('/error-out', 200, 'open');
gated('/error-named-out', 200, 'open @open');
gated('/error-401-in', 404, qr/404 Not Found/);
gated('/error-401-named-in', 404, qr/404 Not Found/);
gated('/recursive', 404, qr/404 Not Found/);

is ask('/error-401-out')->body, 'open @open', 'error_page 401 answers';
is ask('/error-401-out', $session)->body, 'canary',
    'only where the gate refused';

gated('/accel-in', 200, "canary of a file\n");
gated('/accel-named-in', 200, 'canary of @gated');
gated('/accel-out', 200, "open file\n");
gated('/accel-named-out', 200, 'open @open');
gated('/inner-in', 200, "canary of a file\n");
gated('/intercept-in', 200, 'canary');

is ask($_)->status, 404, "$_: not from outside"
    for qw(/inner/open.txt /inner-gated/canary.txt);

is ask('/accel-portal', "Accept: text/html\r\n")->page, 'signin',
    'an application can show the portal';

gated('/files/canary.txt', 200, "canary of a file\n", port => 'gate');
gated('/into', 200, "canary of a file\n", port => 'gate');
gated('/named', 200, 'canary', port => 'gate');
open_to_all('/off', 200, 'open', port => 'gate');


# --- subrequests

# The rest of the page comes, what is guarded does not.

sub part_gated {
    my ($uri, $body, $otherwise) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    for my $more ('', "Accept: text/html\r\n", "Sec-Fetch-Mode: navigate\r\n")
    {
        my $response = ask($uri, $more);

        is $response->status, 200, "$uri: the page itself";
        like $response->body, $otherwise, "$uri: what is open of it";
        unlike $response->body, qr/canary/, "$uri: not what is guarded";
        is $response->location, undef, "$uri: no redirect";
    }

    is ask($uri, $session)->body, $body, "$uri: all of it with a session";
}


part_gated('/sub/return.html', "before canary after\n",
           qr/^before .*\n? *after$/s);
part_gated('/sub/file.html', "before canary of a file\n after\n",
           qr/^before .* after$/s);
part_gated('/sub/stub.html', "canary after\n", qr/ after$/);
part_gated('/sub/set.html', "canary after\n", qr/ after$/);
part_gated('/sub/wait.html', "canary after\n", qr/ after$/);
part_gated('/sub/twice.html', "before canary after\n after\n",
           qr/^before .* after$/s);
part_gated('/sub/any.html', "before canary after\n", qr/^before .* after$/s);

is ask('/sub/files-canary.txt.html')->body, "before canary of a file\n after\n",
    'what is open can be included';
unlike ask('/sub/gated-ssi.html.html')->body, qr/gated open/,
    'a guarded page with its parts: not without a session';
is ask('/sub/gated-ssi.html.html', $session)->body,
    "before gated open\n after\n", 'with one';
gated('/gated-ssi.html', 200, "gated open\n");

part_gated('/before', "canaryplain\n", qr/plain$/);
part_gated('/after', "plain\ncanary of a file\n", qr/^plain$/m);

unlike ask('/gated-ssi.html?<!--#include_virtual="/open"-->',
           "Accept: text/html\r\n", method => 'POST')->body, qr/^open/m,
    'the refusal is not one that SSI can be made to fill';

for my $uri (qw(/by-auth /by-auth-any)) {
    my $response = ask($uri);

    is $response->status, 401, "$uri: auth_request of what is guarded";
    unlike $response->body, qr/canary/, "$uri: nothing of it";

    $response = ask($uri, $session);

    is $response->body, "canary of a file\n", "$uri: with a session";
    is $response->header('Cache-Control'), 'private',
        "$uri: for nobody else";
}

gated('/by-both', 200, "canary of a file\n");

is ask('/by-neither')->status, 401, 'the gate is asked first';
is ask('/by-neither', $session)->status, 403, 'and is not enough';

# background: what was asked last is there only after what was asked before

for my $who ('nobody', 'ann', 'nobody-again', 'ann-again') {
    my $response = ask("/mirror?$who", $who =~ /ann/ ? $session : '');

    is $response->body, "open file\n", "mirror: the answer for $who";
}

wait_for(sub { (() = $t->read_file('app.log') =~ m{^/mirrored\?ann}mg) == 2 });

is join(' ', sort $t->read_file('app.log') =~ m{^/mirrored\?(\S+)}mg),
    'ann ann-again', 'mirror: only with a session';

gated('/slices', 200, $t->read_file('html/store/long.txt'));


done_testing;
