#!/usr/bin/perl

# The gate beside other access modules, under "satisfy all" and "satisfy
# any"; and that what never came to the access phase, where "any" is decided,
# is held back.

use strict;
use warnings;

use JSON::PP;

use Login::Docs;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . "/$_" for qw(html html/dir html/inner html/parts);

$t->write_file('html/file.txt', 'canary');
$t->write_file('html/dir/index.html', 'canary');
$t->write_file('html/inner/file.txt', 'canary');
$t->write_file('htpasswd', "bob:{PLAIN}secret\n");


# All that may stand beside the gate; the name of the location tells what.

my %lines = (
    allow  => 'allow 127.0.0.1; deny all;',
    deny   => 'allow 10.0.0.1; deny all;',
    basic  => 'auth_basic "a realm"; auth_basic_user_file %%DIR%%/htpasswd;',
    grants => 'auth_request /grants;',
    denies => 'auth_request /denies;',
    fails  => 'auth_request /fails;',
);

my @beside = (
    [ ], map({ [ $_ ] } sort keys %lines),
    [ qw(allow basic) ], [ qw(deny basic) ], [ qw(allow denies) ],
    [ qw(deny grants) ], [ qw(deny denies) ], [ qw(deny fails) ],
    [ qw(basic denies) ],
    [ qw(allow basic grants) ], [ qw(deny basic denies) ],
);

my $locations = '';
my @parts = qw(any-allow any-deny any-deny-basic any-deny-grants);

$t->write_file("html/parts/$_.html",
               "<!--# include virtual=\"/$_\" -->, that is all")
    for @parts;

for my $satisfy (qw(any all)) {
    for my $beside (@beside) {
        my $name = join '-', $satisfy, @$beside;
        my $inside = join "\n", map { $lines{$_} } @$beside;

        $locations .= <<"END";
    location = /$name {
        login on;
        satisfy $satisfy;
        $inside
        alias %%DIR%%/html/file.txt;
    }
END
    }
}

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;

    location /login/ { login_portal; }

    location = /grants { return 204; }
    location = /denies { return 403; }
    location = /fails { return 500; }

    location /inner/ { internal; }
    location = /open { return 200 "open"; }
    location /parts/ { ssi on; }

$locations
}

server {
    listen 127.0.0.1:%%PORT_around%%;
    server_name localhost;
    root %%DIR%%/html;

    login on;
    satisfy any;
    $lines{deny}
    $lines{basic}

    location /login/ { login_portal; }
}

server {
    listen 127.0.0.1:%%PORT_apart%%;
    server_name localhost;
    root %%DIR%%/html;

    login on;
    satisfy any;
    $lines{deny}
    $lines{basic}

    location /login/ {
        login_portal;
        allow all;
        auth_basic off;
    }
}
END

# what is answered before the access phase, with and without an "allow" that
# nobody has asked

my $early = '';

for my $rule (qw(allow deny)) {
    $early .= <<"END";
    location /$rule-200 { $lines{$rule} return 200 "canary"; }
    location /$rule-202 { $lines{$rule} return 202 "canary"; }
    location /$rule-204 { $lines{$rule} return 204; }
    location /$rule-301 { $lines{$rule} return 301 /canary; }
    location /$rule-302 { $lines{$rule} return 302 /canary; }
    location /$rule-url { $lines{$rule} rewrite ^ /canary redirect; }
    location /$rule-404 { $lines{$rule} return 404 "canary"; }
    location /$rule-403 { $lines{$rule} return 403 "canary"; }
    location /$rule-500 { $lines{$rule} return 500 "canary"; }
    location /$rule-if { $lines{$rule} if (\$uri) { return 200 "canary"; } }
    location /$rule-inner { $lines{$rule} rewrite ^ /inner/file.txt last; }
    location /$rule-app { $lines{$rule} rewrite ^ /app/file last; }
    location /$rule-none { $lines{$rule} rewrite ^ /app/none last; }
    location /$rule-lost { $lines{$rule} rewrite ^ /inner/none last; }
    location /$rule-error {
        $lines{$rule}
        error_page 418 = /inner/file.txt;
        return 418;
    }
    location /$rule-chain { $lines{$rule} rewrite ^ /chain last; }
    location /$rule-all { $lines{$rule} rewrite ^ /all last; }

    location /$rule-role {
        $lines{$rule}
        login_require role=admin;
        rewrite ^ /all-file last;
    }

    location /$rule-plain-404 { $lines{$rule} return 404; }

    location /$rule-front { $lines{$rule} rewrite ^ /$rule-back last; }
    location /$rule-back { $lines{$rule} alias %%DIR%%/html/file.txt; }
    location /$rule-dir/ { $lines{$rule} alias %%DIR%%/html/dir/; }
    location /$rule-try { $lines{$rule} try_files /file.txt =404; }
    location /$rule-try-inner { $lines{$rule} try_files /x /inner/file.txt; }
    location /$rule-proxy {
        $lines{$rule}
        proxy_pass http://127.0.0.1:%%PORT_app%%/file;
    }
    location /$rule-401 {
        $lines{$rule}
        proxy_pass http://127.0.0.1:%%PORT_app%%/401;
    }
    location /$rule-break { $lines{$rule} rewrite ^ /file.txt break; }
    location /$rule-post {
        limit_except GET { $lines{$rule} }
        proxy_pass http://127.0.0.1:%%PORT_app%%/file;
    }
    location /$rule-named { $lines{$rule} error_page 401 = \@named; }
END
}

$t->reload($t->{http_text} . <<"END");
server {
    listen 127.0.0.1:%%PORT_early%%;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    root %%DIR%%/html;

    login on;
    satisfy any;

    if (\$arg_outside) {
        return 200 "answered by the server";
    }

    location /inner/ { internal; login off; }
    location /app/ {
        internal;
        login off;
        proxy_pass http://127.0.0.1:%%PORT_app%%/;
    }
    location /chain { login off; rewrite ^ /inner/file.txt last; }
    location /all { satisfy all; return 200 "canary"; }
    location /all-file { satisfy all; alias %%DIR%%/html/file.txt; }
    location \@named { login off; return 200 "named"; }

$early
}

server {
    listen 127.0.0.1:%%PORT_app%%;

    location = /file { return 200 "canary"; }
    location = /401 { return 401 "of the application"; }
    location / { return 404 "canary"; }
}
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login') . "\r\n";
my $html = "Accept: text/html\r\n";
my $basic = "Authorization: Basic Ym9iOnNlY3JldA==\r\n";
my $wrong = "Authorization: Basic Ym9iOndyb25n\r\n";


sub ask {
    my ($port, $uri, $more, $method) = @_;

    $method //= 'GET';

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . ($more // '') . "Connection: close\r\n\r\n",
                   port => $port);
}


# --- the table

# What each module says: 1 for yes, else the status of its no.

sub answers {
    my ($beside, $with_session, $credentials) = @_;

    my %says = (
        allow  => 1,
        deny   => 403,
        basic  => $credentials eq $basic ? 1 : 401,
        grants => 1,
        denies => 403,
        fails  => 500,
    );

    return ($with_session ? 1 : 401, map { $says{$_} } @$beside);
}


sub expected {
    my ($satisfy, @answers) = @_;

    if ($satisfy eq 'all') {

        # the gate is asked first, the others in an order of their own

        return $answers[0] if $answers[0] != 1;

        my %no = map { $_ => 1 } grep { $_ != 1 } @answers;

        return %no ? join '|', sort keys %no : 200;
    }

    # what is no refusal is final, and may come before what would grant

    return '500|200' if grep { $_ == 500 } @answers;
    return 200 if grep { $_ == 1 } @answers;

    # one chance left is enough to be asked for it
    return 401;
}


my $rows = 0;

for my $satisfy (qw(any all)) {
    for my $beside (@beside) {
        for my $with (0, 1) {
            for my $credentials ('', $basic, $wrong) {
                my $uri = '/' . join '-', $satisfy, @$beside;
                my $has_basic = grep { $_ eq 'basic' } @$beside;

                next if $credentials && !$has_basic;

                my @answers = answers($beside, $with, $credentials);
                my $status = expected($satisfy, @answers);
                my $more = ($with ? $session : '') . $credentials;
                my $row = join ', ', $uri, $with ? 'session' : 'no session',
                    $credentials eq $basic ? 'password'
                        : $credentials ? 'wrong password' : ();

                $rows++;

                my $response = ask('', $uri, $more);

                like $response->status, qr/^(?:$status)$/, "$row: $status";
                is $response->body, 'canary', "$row: the file"
                    if $response->status == 200;
                unlike $response->body, qr/canary/, "$row: nothing of it"
                    if $response->status != 200;

                # the form of the gate's own refusal, and of no other

                my $ours = !$with && $status eq '401';

                is $response->header('Content-Type'),
                    $ours ? 'application/json' : 'text/html',
                    "$row: whose refusal it is" if $response->status != 200;

                $response = ask('', $uri, $more . $html);

                if ($ours) {
                    is $response->status, 302, "$row: a person is sent away";

                } else {
                    like $response->status, qr/^(?:$status)$/,
                        "$row: the same for a person";
                }

                my $www = $response->header('WWW-Authenticate');

                is $www, 'Basic realm="a realm"', "$row: asked by auth_basic"
                    if $with && $response->status == 401;
            }
        }
    }
}

cmp_ok $rows, '>=', 12, 'a table with enough rows';

{
    my $connection = $t->connection;
    my @uris = qw(/any-allow /any-deny);

    # no verdict is left over for the next request

    for my $i (0 .. 11) {
        $connection->send("GET $uris[$i % 2] HTTP/1.1\r\n"
                          . "Host: localhost\r\n\r\n");
        is $connection->response->status, $i % 2 ? 401 : 200,
            "$uris[$i % 2] on one connection";
    }
}


# --- the rows of it that the documentation has

# What stands beside "login on", in the words of the page; the directives;
# what the client sends besides; and what must come of it: without a session
# for a person, and for a script, and with one for both.

my $out = 'to sign-in (302)';

my @rows = (
    [ all => 'address allowed', [ 'allow' ], '', $out, '401', 'in' ],
    [ all => 'address denied', [ 'deny' ], '', $out, '401', '403' ],
    [ all => '`auth_basic`, right password', [ 'basic' ], $basic,
      $out, '401', 'in' ],
    [ all => '`auth_basic`, none or a wrong one', [ 'basic' ], $wrong,
      $out, '401', '401, asks for it' ],
    [ all => '`auth_request` answers 2xx', [ 'grants' ], '',
      $out, '401', 'in' ],
    [ all => '`auth_request` answers 403', [ 'denies' ], '',
      $out, '401', '403' ],
    [ any => 'address allowed', [ 'allow' ], '', 'in', 'in', 'in' ],
    [ any => 'address denied', [ 'deny' ], '', $out, '401', 'in' ],
    [ any => 'address denied; `auth_basic`, right password',
      [ qw(deny basic) ], $basic, 'in', 'in', 'in' ],
    [ any => 'address denied; `auth_request` answers 2xx',
      [ qw(deny grants) ], '', 'in', 'in', 'in' ],
    [ any => 'address denied; `auth_basic`, none or a wrong one;'
      . ' `auth_request` answers 403',
      [ qw(deny basic denies) ], $wrong, $out, '401', 'in' ],
    [ any => 'address denied; `auth_request` fails', [ qw(deny fails) ], '',
      '500', '500', 'in' ],
);

my @navigation = ("Sec-Fetch-Mode: navigate\r\n$html", $html);
my @script = ("Sec-Fetch-Mode: cors\r\nAccept: */*\r\n", '');


# An answer in the words of the table.

sub outcome {
    my ($response) = @_;

    my $status = $response->status;

    return 'in' if $status == 200 && $response->body eq 'canary';
    return "$status with the file" if $response->body =~ /canary/;

    if ($status == 302) {
        my $portal = 'http://localhost:' . $t->port . '/login/?return_to=';

        return $response->location =~ /^\Q$portal\E/ ? $out
            : 'to ' . $response->location;
    }

    return '401' if $status == 401
        && $response->header('Content-Type') eq 'application/json';

    return "$status, asks for it" if $response->header('WWW-Authenticate');

    return $status;
}


# What all of these requests get: one answer, or the test has failed.

sub outcomes {
    my ($uri, @requests) = @_;

    my %seen = map { outcome(ask('', $uri, $_)) => 1 } @requests;

    return join ' or ', sort keys %seen;
}


my $table = '| ' . join(' | ', '`satisfy`', 'beside `login on`',
                        'a page without a session',
                        'a script without a session', 'with a session')
    . " |\n| --- | --- | --- | --- | --- |\n";

for my $row (@rows) {
    my ($satisfy, $words, $beside, $credentials, @expected) = @$row;
    my $uri = '/' . join '-', $satisfy, @$beside;
    my @tries = $credentials eq $wrong ? ($wrong, '') : $credentials;
    my @got;

    for my $client (\@navigation, \@script) {
        push @got, outcomes($uri, map { my $sent = $_;
                                        map { $sent . $_ } @$client } @tries);
    }

    push @got, outcomes($uri, map { my $sent = $_;
                                    map { $session . $sent . $_ }
                                    @navigation, @script } @tries);

    is_deeply \@got, \@expected, "$satisfy, $words: as in the documentation";

    $table .= '| ' . join(' | ', "`$satisfy`", $words, @got) . " |\n";
}

Login::Docs::section('satisfy.md', 'truth table', $table);

is scalar @rows, 12, 'twelve rows';

# what the page says besides

is ask('', '/any-deny-basic')->header('WWW-Authenticate'),
    'Basic realm="a realm"', 'a script learns that a password will do';

for my $part (@parts) {
    my $uri = "/parts/$part.html";
    my $credentials = $part =~ /basic/ ? $basic : '';

    is ask('', "/$part", $credentials)->body, $part eq 'any-deny'
        ? ask('', '/any-deny')->body : 'canary', "$part: on its own";
    unlike ask('', $uri, $credentials)->body, qr/canary/,
        "$part: in another page, the login alone decides";
    is ask('', $uri, $session)->body, 'canary, that is all',
        "$part: and lets in whoever is signed in";
}

for my $server (qw(around apart)) {
    is ask($server, '/file.txt', $html)->status, 302, "$server: to sign in";
    is ask($server, '/login/', $html)->status,
        $server eq 'around' ? 401 : 200,
        "$server: what else stands in the server counts for the portal";
}


# --- before the access phase

for my $rule (qw(allow deny)) {
    for my $what (qw(200 202 204 301 302 url 404 403 500 if inner app none lost
                     error chain all))
    {
        my $uri = "/$rule-$what";

        for my $method (qw(GET HEAD POST)) {
            my $response = ask('early', $uri, '', $method);

            is $response->status, 401, "$method $uri is held back";
            is join(' ', $response->body,
                    $response->location // '') =~ /canary/ ? 1 : 0, 0,
                'with all that is in it';

            next if $method ne 'GET';

            is decode_json($response->body)->{error}, 'login_required',
                'a refusal of the gate';
        }

        is ask('early', $uri, $html)->status, 302, 'a redirect for people';

        my $response = ask('early', $uri, $session);
        my $status = $what =~ /^\d+$/ ? $what
            : { none => 404, lost => 404, url => 302 }->{$what} // 200;

        is $response->status, $status, 'it comes with a session';
        is $response->header('Cache-Control'), 'private', 'for nobody else';
        is $response->body, 'canary', 'whole'
            if $status =~ /^(?:200|202|40[34]|500)$/ && $what ne 'lost';
    }

    is ask('early', "/$rule-plain-404")->status, 404,
        'a bare status is nothing to hold back';
    is ask('early', "/$rule-plain-404?outside=1")->body,
        'answered by the server', 'what the server itself answers neither';

    for my $what (qw(front back dir/ try try-inner proxy break)) {
        my $uri = "/$rule-$what";
        my $response = ask('early', $uri);

        if ($rule eq 'allow') {
            is $response->status, 200, "$uri: let in by address";
            is $response->body, 'canary', 'all of it';
            is $response->header('Cache-Control'), 'private',
                'for nobody else';

        } else {
            is $response->status, 401, "$uri: refused";
            unlike $response->body, qr/canary/, 'nothing of it';
        }

        is ask('early', $uri, $session)->body, 'canary',
            'with a session in any case';
    }

    is ask('early', '/all-file', $session)->body, 'canary',
        'a session is enough for it';

    my $response = ask('early', "/$rule-role", $session);

    is $response->status, 403, 'but not on a way that asks for more';
    unlike $response->body, qr/canary/, 'nothing of it';

    $response = ask('early', "/$rule-401", $html);

    is $response->status, $rule eq 'allow' ? 401 : 302,
        'a 401 of the application is its own';
    is $response->body, $rule eq 'allow' ? 'of the application' : '',
        'with its body';

    $response = ask('early', "/$rule-post", '', 'POST');

    is $response->status, $rule eq 'allow' ? 200 : 401,
        "limit_except and $rule";

    $response = ask('early', "/$rule-named");

    is $response->body, 'named', 'error_page wins' if $rule eq 'deny';
    is $response->status, 404, 'and is not needed' if $rule eq 'allow';
}


done_testing;
